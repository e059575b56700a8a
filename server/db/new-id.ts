/** Identifiers that sort by time: random ids make large indexes two to four times slower to write. */
import { randomBytes } from 'node:crypto';

let last = 0;
let counter = 0;

/** 32 hex digits laid out as UUIDv7 (RFC 9562): 48 bits of milliseconds, a counter kept monotonic in this process, randomness. */
export function timeOrderedId(now = Date.now()): string {
  if (now > last) {
    last = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    last += 1;
    counter = 0;
  }
  const variant = (0x8 | (Math.random() * 4)).toString(16);
  return (
    last.toString(16).padStart(12, '0') +
    '7' +
    counter.toString(16).padStart(3, '0') +
    variant +
    randomBytes(8).toString('hex').slice(1)
  );
}

export type IdPrefix = 'ins' | 'con' | 'wfl' | 'run' | 'eml' | 'req';

export const newId = (prefix: IdPrefix): string => `${prefix}_${timeOrderedId()}`;

/** The smallest id that one made at `ms` or later can have: turns a range of times into a range of ids. */
export const firstIdAt = (ms: number): string => ms.toString(16).padStart(12, '0');
