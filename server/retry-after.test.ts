import { readRetryAfter } from './retry-after';

const NOW = Date.parse('2026-11-26T10:00:00.000Z');

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Thu, 26 Nov 2026 10:02:00 GMT', 120_000],
  ['Thu, 26 Nov 2026 09:00:00 GMT', 0],
  ['Thu, 99 Nov 2026 10:02:00 GMT', undefined],
  ['2026-11-26T10:02:00.000Z', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['1e9', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads Retry-After: %s as %s milliseconds', (value, ms) => {
  expect(readRetryAfter(value, NOW)).toBe(ms);
});
