import { createCache } from './cache';

describe('a cache', () => {
  it('returns what was set, and undefined for all else', () => {
    const cache = createCache<string, number>(2);
    cache.set('zero', 0);
    expect(cache.get('zero')).toBe(0);
    expect(cache.get('one')).toBeUndefined();
  });

  it('drops what has not been used for the longest time', () => {
    const cache = createCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
  });

  it('replaces a value without dropping another', () => {
    const cache = createCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('b', 3);
    expect(['a', 'b'].map((key) => cache.get(key))).toEqual([1, 3]);
  });

  it('makes a value once, and again after it was deleted or cleared', () => {
    const cache = createCache<string, string>(2);
    const make = jest.fn(() => 'made');
    expect([cache.remember('a', make), cache.remember('a', make)]).toEqual(['made', 'made']);
    expect(make).toHaveBeenCalledTimes(1);
    cache.delete('a');
    cache.remember('a', make);
    cache.clear();
    cache.remember('a', make);
    expect(make).toHaveBeenCalledTimes(3);
  });

  it('keeps nothing of a failure', () => {
    const cache = createCache<string, string>(2);
    const fail = () => {
      throw new Error('no');
    };
    expect(() => cache.remember('a', fail)).toThrow('no');
    expect(cache.remember('a', () => 'made')).toBe('made');
  });
});
