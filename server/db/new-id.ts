/** Identifiers that sort by time: random ids make large indexes two to four times slower to write. */
import { randomUUID } from 'node:crypto';

/** Beyond this the clock was set back on purpose: ids follow it rather than run ahead of it. */
const SET_BACK_MS = 60_000;

let last = 0;
let counter = 0;

/** 32 hex digits laid out as UUIDv7 (RFC 9562): 48 bits of milliseconds, a counter kept monotonic in this process, randomness. `now` in epoch ms. */
export function timeOrderedId(now: number): string {
  if (now > last || now < last - SET_BACK_MS) {
    last = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    last += 1;
    counter = 0;
  }
  // Node hands out random UUIDs from a pool: much cheaper than asking for a few random bytes each time.
  const random = randomUUID();
  return (
    last.toString(16).padStart(12, '0') +
    '7' +
    counter.toString(16).padStart(3, '0') +
    random.slice(19, 23) +
    random.slice(24)
  );
}

export type IdPrefix =
  | ('ins' | 'con' | 'wfl' | 'run' | 'eml' | 'cns' | 'ntc' | 'req' | 'fin' | 'key' | 'lst' | 'tem' | 'api' | 'rpl')
  | ('job' | 'flt' | 'whe' | 'whd' | 'fwd');

/** `now` in epoch milliseconds, of the clock that the row's own times are of: pages count by the time in an id. */
export const newId = (prefix: IdPrefix, now: number): string => `${prefix}_${timeOrderedId(now)}`;

/** The smallest id that one made at `ms` or later can have: turns a range of times into a range of ids. */
export const firstIdAt = (ms: number): string => ms.toString(16).padStart(12, '0');

/** When one was made, in epoch milliseconds. */
export const timeOfId = (id: string): number => parseInt(id.slice(id.indexOf('_') + 1).slice(0, 12), 16);
