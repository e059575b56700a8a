import type { Bench } from './bench';
import { compare, type Figure } from './figure';

/**
 * Contenders take turns, so that a noisy minute hits all of them; every other round goes backwards. Answers by name what
 * was measured, in the order of the rounds.
 */
export async function inRounds<C extends { name: string }, Result>(
  { options }: Bench,
  contenders: readonly C[],
  measure: (contender: C, round: number) => Promise<Result>,
): Promise<Map<string, Result[]>> {
  const results = new Map<string, Result[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round++)
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed())
      results.get(contender.name)?.push(await measure(contender, round));
  return results;
}

/** By a contender's name, what `read` finds in each of its rounds; none for one that didn't take part. */
export const byRound =
  <Result>(results: Map<string, Result[]>, read: (result: Result) => number) =>
  (name = ''): number[] =>
    results.get(name)?.map(read) ?? [];

/** What this checkout has against the other one; none without `--against`, or where the other one didn't take part. */
export function newAgainstOld(what: string, own: readonly number[], old: readonly number[]): Figure[] {
  return own.length > 0 && old.length > 0
    ? [{ name: `new / old: ${what}`, value: '', ...compare(own, old, 'this checkout against it') }]
    : [];
}
