import { createRequestWindow } from './request-window';

const took = async (work: () => Promise<unknown>): Promise<number> => {
  const before = performance.now();
  await work();
  return performance.now() - before;
};

describe('requests of an install', () => {
  it('go at once up to their number, and then one for each that is old enough', async () => {
    const window = createRequestWindow({ requests: 3, ms: 100 });
    const three = () => Promise.all([1, 2, 3].map(() => window.turn('a')));
    expect(await took(three)).toBeLessThan(80);
    expect(await took(() => window.turn('a'))).toBeGreaterThanOrEqual(40);
    expect(await took(() => window.turn('b'))).toBeLessThan(40);
  });

  it('wait for as long as was asked', async () => {
    const window = createRequestWindow({ requests: 3, ms: 100 });
    window.pause('a', 120);
    window.pause('a', 10);
    expect(await took(() => window.turn('a'))).toBeGreaterThanOrEqual(100);
  });

  it('are as many as the tool says it takes, and none while it has no room left', async () => {
    const window = createRequestWindow({ requests: 1, ms: 100 });
    window.heed('a', { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '49' });
    const fifty = () => Promise.all(Array.from({ length: 50 }, () => window.turn('a')));
    expect(await took(fifty)).toBeLessThan(90);
    expect(await took(() => window.turn('a'))).toBeGreaterThanOrEqual(10);
    window.heed('b', { 'x-ratelimit-limit': 'none', 'x-ratelimit-remaining': '0' });
    expect(await took(() => window.turn('b'))).toBeGreaterThanOrEqual(90);
  });
});
