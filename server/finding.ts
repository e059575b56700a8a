/** What one check of the surroundings found, for whoever runs this Tillpost: told by `npm run doctor` and in the console. */
export interface Finding {
  /** `warning`: it works, or may work, and should be better. `skipped`: there was nothing to check, or it can't be told from here. */
  kind: 'ok' | 'warning' | 'fault' | 'skipped';
  check: string;
  /** A sentence without capital and full stop. */
  says: string;
  next?: string;
  /** What to publish, as zone editors ask for it. */
  record?: DnsRecord;
}

export interface DnsRecord {
  type: 'TXT' | 'MX' | 'A';
  /** The whole name, without a dot at its end. */
  name: string;
  value: string;
}

/** What to do about it. */
export interface Remedy {
  next?: string;
  record?: DnsRecord;
}

export const ok = (check: string, says: string): Finding => ({ kind: 'ok', check, says });
export const fault = (check: string, says: string, remedy: string | Remedy): Finding =>
  found('fault', check, says, remedy);
export const warning = (check: string, says: string, remedy: string | Remedy): Finding =>
  found('warning', check, says, remedy);
export const skipped = (check: string, says: string, remedy: string | Remedy = {}): Finding =>
  found('skipped', check, says, remedy);

const found = (kind: Finding['kind'], check: string, says: string, remedy: string | Remedy): Finding => ({
  kind,
  check,
  says,
  ...(typeof remedy === 'string' ? { next: remedy } : remedy),
});
