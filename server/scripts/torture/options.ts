/** The command line of `npm run torture`. */
import { parseArgs } from 'node:util';

export type EngineName = 'sqlite' | 'postgres';

export interface Options {
  engines: EngineName[];
  /** Per engine. */
  rounds: number;
  seed: number;
}

const DEFAULT_ROUNDS = 6;

/** Throws with what is expected when an option is wrong. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: 'string', default: 'both' },
      rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
    },
  });
  const { engine } = values;
  if (engine !== 'sqlite' && engine !== 'postgres' && engine !== 'both')
    throw new Error('--engine must be sqlite, postgres or both');
  return {
    engines: engine === 'both' ? ['sqlite', 'postgres'] : [engine],
    rounds: readWhole('--rounds', values.rounds, 1),
    seed: readWhole('--seed', values.seed, 0),
  };
}

function readWhole(name: string, value: string, least: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least) throw new Error(`${name} must be a whole number from ${least}`);
  return number;
}
