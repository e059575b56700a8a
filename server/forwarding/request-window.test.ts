import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRequestWindow } from './request-window';

/** Real time passes, and a busy machine lets more of it pass: whether somebody waits is asked of turns of the loop. */
async function goesAtOnce(turn: Promise<unknown>): Promise<boolean> {
  let hasGone = false;
  void turn.then(() => (hasGone = true));
  await nextTurn();
  return hasGone;
}
const WINDOW_MS = 500;
/** Timers may be early by the fraction of a millisecond that they don't count. */
const EARLY_MS = 2;

describe('requests of an install', () => {
  it('go at once up to their number, and then one for each that is old enough', async () => {
    const window = createRequestWindow({ requests: 3, ms: WINDOW_MS });
    const begun = performance.now();
    const three = Promise.all([1, 2, 3].map(() => window.turn('a')));
    const fourth = window.turn('a');
    const other = window.turn('b');
    expect(await Promise.all([three, other].map(goesAtOnce))).toEqual([true, true]);
    await fourth;
    expect(performance.now() - begun).toBeGreaterThanOrEqual(WINDOW_MS - EARLY_MS);
  });

  it('wait for as long as was asked', async () => {
    const window = createRequestWindow({ requests: 3, ms: 100 });
    const begun = performance.now();
    window.pause('a', 120);
    window.pause('a', 10);
    await window.turn('a');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(120 - EARLY_MS);
  });

  it('are as many as the tool says it takes, and none while it has no room left', async () => {
    const window = createRequestWindow({ requests: 1, ms: WINDOW_MS });
    const begun = performance.now();
    window.heed('a', { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '49' });
    const fifty = Promise.all(Array.from({ length: 50 }, () => window.turn('a')));
    const next = window.turn('a');
    window.heed('b', { 'x-ratelimit-limit': 'none', 'x-ratelimit-remaining': '0' });
    const other = window.turn('b');
    expect(await goesAtOnce(fifty)).toBe(true);
    await Promise.all([next, other]);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(WINDOW_MS - EARLY_MS);
  });
});
