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

/** What this checkout has against the other one; none without `--against`, or where the other one didn't take part. */
export function newAgainstOld(
  what: string,
  own: readonly number[] | undefined,
  old: readonly number[] | undefined,
): Figure[] {
  return own && old
    ? [{ name: `new / old: ${what}`, value: '', ...compare(own, old, 'this checkout against it') }]
    : [];
}
