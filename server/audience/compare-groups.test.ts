import { compareGroups } from './compare-groups';

const of = (recovered: number, failed: number) => ({ recovered, failed });

it('gives the interval of the paper that it follows', () => {
  // Newcombe 1998, table II: 56/70 and 48/80, 0.0524 to 0.3339.
  expect(compareGroups(of(48, 80), of(56, 70)).difference).toEqual({ points: 20, low: 5.2, high: 33.4 });
});

it.each([
  ['more', of(300, 1_000), of(600, 1_000)],
  ['fewer', of(600, 1_000), of(300, 1_000)],
  ['no_difference', of(50, 100), of(520, 1_000)],
  ['too_few', of(0, 49), of(900, 1_000)],
  ['too_few', of(0, 0), of(900, 1_000)],
] as const)('says %s', (verdict, heldOut, others) => {
  expect(compareGroups(heldOut, others).verdict).toBe(verdict);
});
