/** The command line of `npm run torture`. */
import { parseArgs } from 'node:util';
import type { EngineName } from './engine';
import { USUAL_MIX, type Mix } from './happenings';
import { LONG, PLANS, type Plan } from './plans';

export interface Options {
  engines: EngineName[];
  /** Per engine. */
  rounds: number;
  /** One per round, over and over. */
  plans: readonly Plan[];
  seed: number;
  mix: Mix;
  /** Megabytes of a small disk for what will be stored; null: the machine's own. */
  diskMb: number | null;
}

const MB_PER_ROUND = 32;

/** Throws with what is expected when an option is wrong. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: 'string', default: 'both' },
      rounds: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      long: { type: 'boolean', default: false },
      events: { type: 'string', default: '' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
    },
  });
  const { engine, only, long } = values;
  if (engine !== 'sqlite' && engine !== 'postgres' && engine !== 'both')
    throw new Error('--engine must be sqlite, postgres or both');
  if (long && only !== '') throw new Error('--long has rounds of its own: leave out --only');
  if (!long && values.events !== '') throw new Error('--events goes with --long');
  const usual = PLANS.filter(({ title }) => only === '' || only.split(',').includes(title));
  const rounds = readWhole('--rounds', values.rounds || String(long ? LONG.rounds : usual.length), 1);
  const flood = Math.ceil(readWhole('--events', values.events || String(LONG.events), 1) / rounds);
  const plans = long ? [{ ...LONG.plan, flood }] : usual;
  if (plans.length === 0) throw new Error(`--only must name some of ${PLANS.map(({ title }) => title).join(', ')}`);
  return {
    engines: engine === 'both' ? ['sqlite', 'postgres'] : [engine],
    rounds,
    plans,
    seed: readWhole('--seed', values.seed, 0),
    mix: long ? LONG.mix : USUAL_MIX,
    diskMb: long ? null : rounds * MB_PER_ROUND,
  };
}

function readWhole(name: string, value: string, least: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least) throw new Error(`${name} must be a whole number from ${least}`);
  return number;
}
