/** What a workflow did: its runs and emails by step. Each number is that of a filtered list. */
import { EMAIL_FATES, type EmailFate, type EmailReason, type EmailStatus, type RunStatus } from '../../shared/api';
import { stepsOf, type Definition, type PlacedStep } from '../../shared/workflow';
import type { TimeRange } from '../db/day-range';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { noEmails, tallyEmails, type EmailTally } from '../emails/count-emails';
import { countRunsThrough, runsByStep, runsStayingAt, tallyRuns, type RunTally } from './list-runs';

/** Emails of a step, or of all. */
export interface EmailResults {
  all: number;
  byStatus: Record<EmailStatus, number>;
  /** Of those that were not sent, the commonest first. */
  reasons: { status: EmailStatus; reason: EmailReason; count: number }[];
  fates: Record<EmailFate, number>;
}

interface RunResults {
  all: number;
  byStatus: Record<RunStatus, number>;
  endings: RunEnding[];
}

/** Runs that ended alike, the commonest first. */
export interface RunEnding {
  status: RunStatus;
  /** Null: past the last step. */
  reason: string | null;
  count: number;
}

export interface StepResults {
  id: string;
  /** Null: an edit has removed it. */
  placed: PlacedStep | null;
  /** Runs that have come to it; of a removed one, those it made an email for. */
  runs: number;
  /** Of these, those that stand or ended elsewhere: they went past it. */
  past: number;
  /** Runs that stand at it now, whenever they started. */
  here: number;
  /** Runs that ended at it, but for those that it ended itself, as a filter does. */
  left: RunEnding[];
  /** All runs that ended at it. */
  ended: number;
  /** Null where it sends none. */
  emails: EmailResults | null;
}

export interface WorkflowResults {
  runs: RunResults;
  emails: EmailResults;
  /** In reading order, then those removed. */
  steps: StepResults[];
}

/** Of runs that started, and emails that were queued, then. Read from indexes alone, as a busy workflow has a hundred thousand of each. */
export async function readResults(
  db: Db,
  tenant: Tenant,
  { id, definition }: { id: string; definition: Definition },
  range: TimeRange,
): Promise<WorkflowResults> {
  const emails = await tallyEmails(db, tenant, id, range);
  const runs = await tallyRuns(db, tenant, id, range);
  const staying = await runsStayingAt(db, tenant, id, range, runs);
  const here = await runsByStep(db, tenant, id);

  const placed = stepsOf(definition);
  const known = new Set(placed.map(({ step }) => step.id));
  const removed = [...new Set(emails.map(({ step }) => step))].filter((step) => !known.has(step));
  const steps: StepResults[] = [];
  for (const one of placed) {
    const { id: step, kind } = one.step;
    const own = emails.filter((email) => email.step === step);
    // A run makes one email at a step, beside copies to billing contacts.
    const isEmail = kind === 'email';
    const through = isEmail ? sumOwn(own) : await countRunsThrough(db, tenant, { workflow: id, step }, range);
    const endings = endingsOf(runs.filter((run) => run.step === step && run.status !== 'finished'));
    steps.push({
      id: step,
      placed: one,
      runs: through,
      past: Math.max(0, through - (staying[step] ?? 0)),
      here: here[step] ?? 0,
      left: endings,
      ended: sum(runs.filter((run) => run.step === step && run.status !== 'running')),
      emails: isEmail ? sumUp(own) : null,
    });
  }
  for (const step of removed) {
    const own = emails.filter((email) => email.step === step);
    steps.push({ id: step, placed: null, runs: sumOwn(own), past: 0, here: 0, left: [], ended: 0, emails: sumUp(own) });
  }
  return {
    runs: { all: sum(runs), byStatus: countRunStatuses(runs), endings: endingsOf(runs) },
    emails: sumUp(emails),
    steps,
  };
}

const sum = (tallies: readonly { count: number }[]): number => tallies.reduce((all, { count }) => all + count, 0);

const sumOwn = (tallies: readonly EmailTally[]): number => tallies.reduce((all, { own }) => all + own, 0);

function sumUp(tallies: readonly EmailTally[]): EmailResults {
  const unsent = tallies.filter(({ status, reason }) => status !== 'sent' && status !== 'queued' && reason !== null);
  const fates = EMAIL_FATES.map((fate) => [fate, tallies.reduce((all, tally) => all + tally[fate], 0)] as const);
  return {
    all: sum(tallies),
    byStatus: countStatuses(tallies),
    reasons: gather(unsent.map(({ status, reason, count }) => ({ status, reason: reason!, count }))),
    fates: Object.fromEntries(fates) as Record<EmailFate, number>,
  };
}

function countStatuses(tallies: readonly EmailTally[]): Record<EmailStatus, number> {
  const counts = noEmails();
  for (const { status, count } of tallies) counts[status] += count;
  return counts;
}

function countRunStatuses(tallies: readonly RunTally[]): Record<RunStatus, number> {
  const counts = { running: 0, finished: 0, exited: 0, stopped: 0, failed: 0 };
  for (const { status, count } of tallies) counts[status] += count;
  return counts;
}

const endingsOf = (tallies: readonly RunTally[]): RunEnding[] =>
  gather(
    tallies
      .filter(({ status }) => status !== 'running')
      .map(({ status, reason, count }) => ({ status, reason, count })),
  );

/** Those alike as one, the commonest first. */
function gather<T extends { status: string; reason: string | null; count: number }>(tallies: readonly T[]): T[] {
  const alike = new Map<string, T>();
  for (const tally of tallies) {
    const key = `${tally.status} ${tally.reason}`;
    alike.set(key, { ...tally, count: (alike.get(key)?.count ?? 0) + tally.count });
  }
  return [...alike.values()].sort((a, b) => b.count - a.count);
}
