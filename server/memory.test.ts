import { createMemory } from './memory';

describe('a memory', () => {
  it('counts anew what is old, or had so soon that it needn’t be remembered', async () => {
    let counted = 0;
    const remembered = createMemory<number>(1_000, (value) => value < 3);
    const read = (now: number) => remembered('key', now, () => Promise.resolve(++counted));
    expect([await read(0), await read(999), await read(1_000), await read(1_001)]).toEqual([1, 1, 2, 2]);
    expect([await read(2_000), await read(2_001), await read(2_002)]).toEqual([3, 4, 5]);
  });

  it('keeps no failure', async () => {
    const remembered = createMemory<string>(1_000);
    await expect(remembered('key', 0, () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    expect(await remembered('key', 1, () => Promise.resolve('answer'))).toBe('answer');
  });
});
