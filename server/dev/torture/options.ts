/** The command line of `npm run torture`. */
import { parseArgs } from 'node:util';
import type { EngineName } from './engine';
import { PLANS, type Plan } from './plans';

export interface Options {
  engines: EngineName[];
  /** Per engine. */
  rounds: number;
  /** One per round, over and over. */
  plans: readonly Plan[];
  seed: number;
}

/** Throws with what is expected when an option is wrong. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: 'string', default: 'both' },
      rounds: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
    },
  });
  const { engine, only } = values;
  if (engine !== 'sqlite' && engine !== 'postgres' && engine !== 'both')
    throw new Error('--engine must be sqlite, postgres or both');
  const plans = PLANS.filter(({ title }) => only === '' || only.split(',').includes(title));
  if (plans.length === 0) throw new Error(`--only must name some of ${PLANS.map(({ title }) => title).join(', ')}`);
  return {
    engines: engine === 'both' ? ['sqlite', 'postgres'] : [engine],
    rounds: readWhole('--rounds', values.rounds || String(plans.length), 1),
    plans,
    seed: readWhole('--seed', values.seed, 0),
  };
}

function readWhole(name: string, value: string, least: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least) throw new Error(`${name} must be a whole number from ${least}`);
  return number;
}
