/** A length of time as people write it. */

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const YEAR_MS = 365 * UNITS.d;

export const SPAN_HINT = 'a whole number of minutes, hours or days, such as 90m, 12h or 30d, and a year (365d) at most';

/** Milliseconds; undefined for what isn't SPAN_HINT. */
export function parseSpan(text: string): number | undefined {
  const [, amount, unit] = /^\s*(\d{1,6})\s*([mhd])\s*$/i.exec(text) ?? [];
  if (!amount || !unit) return undefined;
  const ms = Number(amount) * UNITS[unit.toLowerCase() as keyof typeof UNITS];
  return ms > 0 && ms <= YEAR_MS ? ms : undefined;
}
