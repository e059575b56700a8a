/** What all rounds on one engine come to. */
import type { EngineName } from './engine';
import type { Report } from './round';

export interface Sum extends Pick<Report, 'sent' | 'taken' | 'kills' | 'mails' | 'repeated' | 'repeatable'> {
  engine: EngineName;
  rounds: number;
  /** The most that all Tillposts together used at the end of a round. */
  memoryMb: number;
  /** Invariants that did not hold. */
  broken: number;
  /** Of those, what they come to: events, runs, emails. */
  lost: number;
  doubled: number;
  stuck: number;
}

const ADDED = ['sent', 'taken', 'kills', 'mails', 'repeated', 'repeatable'] as const;

export const emptySum = (engine: EngineName): Sum => ({
  engine,
  rounds: 0,
  sent: 0,
  taken: 0,
  kills: 0,
  mails: 0,
  repeated: 0,
  repeatable: 0,
  memoryMb: 0,
  broken: 0,
  lost: 0,
  doubled: 0,
  stuck: 0,
});

export function addUp(sum: Sum, report: Report): void {
  sum.rounds++;
  for (const what of ADDED) sum[what] += report[what];
  sum.memoryMb = Math.max(sum.memoryMb, report.memoryMb);
}
