/** Seeded choices: the same seed makes the same plan, though not the same timing. */
export interface Dice {
  /** From 0 up to but not including 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** Throws when there is nothing to choose from. */
  pick<T>(choices: readonly T[]): T;
  chance(probability: number): boolean;
  /** Independent dice for one part of the run, so that parts don't disturb each other's plan. */
  fork(name: string): Dice;
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return ((mixed ^ (mixed >>> 12)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    pick: <T>(choices: readonly T[]): T => {
      if (choices.length === 0) throw new Error('nothing to choose from');
      return choices[between(0, choices.length - 1)] as T;
    },
    chance: (probability) => next() < probability,
    fork: (name) => createDice([...name].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), seed)),
  };
}
