import { createTurns } from './turns';

describe('turns', () => {
  it('are given to so many a second, each install by itself, and hold', () => {
    const { turnOf } = createTurns(2);
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => turnOf(id, 'one', 5_000))).toEqual([
      5_000, 5_000, 6_000, 6_000, 7_000,
    ]);
    expect(turnOf('x', 'two', 5_000)).toBe(5_000);
    expect(turnOf('c', 'one', 6_000)).toBe(6_000);
    expect(turnOf('f', 'one', 6_000)).toBe(7_000);
    expect(turnOf('g', 'one', 20_000)).toBe(20_000);
  });
});
