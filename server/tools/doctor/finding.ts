/** What one check found: one line for the operator, and what to do about it. */
export interface Finding {
  /** `skipped`: there was nothing to check, or it could not be told. */
  kind: 'ok' | 'fault' | 'skipped';
  check: string;
  says: string;
  next?: string;
}

export const ok = (check: string, says: string): Finding => ({ kind: 'ok', check, says });
export const fault = (check: string, says: string, next: string): Finding => ({ kind: 'fault', check, says, next });
export const skipped = (check: string, says: string, next?: string): Finding => ({
  kind: 'skipped',
  check,
  says,
  ...(next ? { next } : {}),
});

const MARKS = { ok: '✓', fault: '✗', skipped: '–' } as const;
const CHECK_WIDTH = 24;

export const toLine = ({ kind, check, says, next }: Finding): string =>
  `${MARKS[kind]} ${check.padEnd(CHECK_WIDTH)} ${says}${next ? `\n  ${''.padEnd(CHECK_WIDTH)} → ${next}` : ''}`;
