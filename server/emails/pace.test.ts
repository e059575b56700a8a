import { createPace, readRates } from './pace';

describe('the pace of emails', () => {
  it('is unlimited unless SMTP_URL says otherwise', () => {
    expect(readRates('smtp://localhost:25')).toEqual({ process: null, install: null });
    expect(readRates('smtp://localhost:25?rate=14&rate_per_install=0.5')).toEqual({ process: 14, install: 0.5 });
    expect(readRates('smtp://localhost:25?rate=fast')).toEqual({ process: null, install: null });
    const pace = createPace(readRates(null));
    expect([pace.free(5), pace.turnOf('a', 'x', 5), pace.turnOf('b', 'x', 5)]).toEqual([Infinity, 5, 5]);
  });

  it('lets the process send one email after the other, and doesn’t make up for quiet times', () => {
    const pace = createPace({ process: 10, install: null });
    expect(pace.free(1_000_000)).toBe(1);
    pace.spend(1_000_000);
    expect(pace.free(1_000_000)).toBe(0);
    expect(pace.free(pace.nextAt() - 1)).toBe(0);
    expect(pace.free(pace.nextAt())).toBe(1);
    expect(pace.free(2_000_000)).toBe(1);
  });

  it.each([2, 14, 300, 2_000])('keeps %d a second on average', (rate) => {
    const pace = createPace({ process: rate, install: null });
    let sent = 0;
    for (let now = 1_000_000; now < 1_010_000; now += 7)
      for (let free = pace.free(now); free > 0; free--) {
        pace.spend(now);
        sent++;
      }
    expect(sent / 10 / rate).toBeGreaterThan(0.95);
    expect(sent / 10 / rate).toBeLessThan(1.06);
  });

  it('gives each email of an install one turn, which it keeps', () => {
    const pace = createPace({ process: null, install: 10 });
    expect(['a', 'b', 'c'].map((id) => pace.turnOf(id, 'x', 1_000))).toEqual([1_000, 1_100, 1_200]);
    expect(pace.turnOf('b', 'x', 1_100)).toBe(1_100);
    expect(pace.turnOf('d', 'x', 1_100)).toBe(1_300);
  });

  it('forgets turns that nobody took, so that they don’t pile up', () => {
    const pace = createPace({ process: null, install: 10 });
    const later = 1_000 + 30 * 60_000;
    expect(['a', 'b', 'c'].map((id) => pace.turnOf(id, 'x', 1_000))).toEqual([1_000, 1_100, 1_200]);
    expect(['d', 'b', 'c'].map((id) => pace.turnOf(id, 'x', later))).toEqual([later, later + 100, later + 200]);
  });

  it('lets one busy install not hold up another', () => {
    const pace = createPace({ process: null, install: 1 });
    expect([pace.turnOf('a', 'busy', 0), pace.turnOf('b', 'busy', 0), pace.turnOf('c', 'calm', 0)]).toEqual([
      0, 1_000, 0,
    ]);
  });

  it('slows one install down after a refusal, the more the more there are, and only for a while', () => {
    const pace = createPace({ process: null, install: null });
    const turns = (now: number) => ['a', 'b', 'c'].map((id) => pace.turnOf(`${id}${now}`, 'x', now) - now);
    expect(turns(0)).toEqual([0, 0, 0]);
    pace.slowDown('x', 0);
    pace.slowDown('x', 100);
    expect(turns(100)).toEqual([5_000, 10_000, 15_000]);
    expect(pace.turnOf('calm', 'y', 100)).toBe(100);
    pace.slowDown('x', 100_000);
    expect(turns(100_000)).toEqual([10_000, 20_000, 30_000]);
    for (let n = 0; n < 10; n++) pace.slowDown('x', 200_000 + n * 60_000);
    expect(turns(740_000)).toEqual([60_000, 120_000, 180_000]);
    const ends = 740_000 + 15 * 60_000;
    for (let n = 0; n < 100; n++) expect(pace.turnOf(`m${n}`, 'x', 740_000)).toBeLessThanOrEqual(ends);
    expect(turns(ends)).toEqual([0, 0, 0]);
  });
});
