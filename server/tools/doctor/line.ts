/** A finding as the operator's terminal shows it. */
import type { Finding } from '../../finding';

const MARKS = { ok: '✓', warning: '!', fault: '✗', skipped: '–' } as const;
const CHECK_WIDTH = 24;
const INDENT = `\n  ${''.padEnd(CHECK_WIDTH)} `;

/** One line, with more below it for what to do. */
export function toLine({ kind, check, says, next, record }: Finding): string {
  const below = [
    ...(next ? [`→ ${next}`] : []),
    ...(record ? [`  ${record.name} ${record.type} ${record.value}`] : []),
  ];
  return [`${MARKS[kind]} ${check.padEnd(CHECK_WIDTH)} ${says}`, ...below].join(INDENT);
}
