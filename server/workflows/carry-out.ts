/** Carries out what plan-runs.ts planned, inside the transaction that records the events' outcomes. */
import { insertNew } from '../db/bulk';
import { byId, keyFor, keyText, selectByKeys } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';
import type { Wants } from '../installs/wants';
import type { Ending, Wave } from './plan-runs';
import { recordRuns } from './record-runs';
import { endRuns } from './runs';

/** How many runs each event started and ended, by `startKey`. */
export interface Carried {
  started: Map<string, number>;
  /** What it would have started, had that not been so already: one at a time, once per contact, once per subject, or told by another. */
  kept: Map<string, number>;
  /** What was over as soon as it started. */
  over: Map<string, number>;
  ended: Map<string, number>;
}

type WantsOf = ((tenant: Tenant) => Wants) | undefined;

/** Waves of many installs may be given as one. `now` in epoch milliseconds; `wantsOf`, what is wanted to be told: left out, it is read. */
export async function carryOut(trx: Trx, waves: readonly Wave[], now: number, wantsOf?: WantsOf): Promise<Carried> {
  const carried: Carried = { started: new Map(), kept: new Map(), over: new Map(), ended: new Map() };
  const count = (of: Map<string, number>, key: string) => of.set(key, (of.get(key) ?? 0) + 1);
  for (const { endings, starts, told } of waves) {
    for (const { account_id, livemode, event_id } of told)
      count(carried.kept, startKey(account_id, livemode, event_id));
    for (const { run, ending } of await carryOutEndings(trx, endings, now, wantsOf))
      count(carried.ended, startKey(run.account_id, run.livemode, ending.event.id));
    const inserted = await insertNew(trx, 'run', starts, ['id', 'status']);
    const statuses = new Map(inserted.map(({ id, status }) => [id, status]));
    await recordRuns(
      trx,
      starts.filter(({ id }) => statuses.has(id)),
      { wantsOf, now },
    );
    for (const { id, account_id, livemode, event_id } of starts) {
      const status = statuses.get(id);
      const of = status === 'running' ? 'started' : status ? 'over' : 'kept';
      count(carried[of], startKey(account_id, livemode, event_id));
    }
  }
  return carried;
}

export const startKey = (accountId: string, livemode: 0 | 1, eventId: string): string =>
  `${accountId} ${livemode} ${eventId}`;

const IS_RUNNING = { where: "status = 'running'" };

async function carryOutEndings(trx: Trx, endings: readonly Ending[], now: number, wantsOf: WantsOf) {
  if (endings.length === 0) return [];
  const keys = (idOf: (ending: Ending) => string | null) =>
    endings.flatMap((ending) => {
      const id = idOf(ending);
      return id === null ? [] : keyFor(ending.workflow, id);
    });
  const contacts = keys(({ contactId }) => contactId);
  const subjects = keys(({ subjectId }) => subjectId);
  const found = [
    ...(await selectByKeys(trx, 'run', 'contact_id', contacts, IS_RUNNING)),
    ...(await selectByKeys(trx, 'run', 'subject_id', subjects, IS_RUNNING)),
  ];
  const runs = [...new Map(found.map((run) => [run.id, run])).values()];
  const meant = runs.flatMap((run) => endings.filter((one) => isMeant(one, run)).map((ending) => ({ run, ending })));
  const isInTime = await readStarts(trx, meant);
  const ended = runs.flatMap((run) => meant.find((one) => one.run === run && isInTime(one)) ?? []);
  const alike = ({ run, ending }: (typeof ended)[number]) =>
    `${tenantKey(tenantOf(run))} ${ending.reason} ${ending.outcome}`;
  for (const own of groupBy(ended, alike).values()) {
    const [{ run, ending }] = own;
    const ids = own.map((one) => one.run.id);
    const { reason, outcome } = ending;
    await endRuns(trx, tenantOf(run), ids, { status: 'exited', reason, outcome, now, wantsOf });
  }
  return ended;
}

interface Meant {
  run: Row<'run'>;
  ending: Ending;
}

/** Whether an exit ends the run, whose own event may have happened after it. */
async function readStarts(trx: Trx, meant: readonly Meant[]): Promise<(one: Meant) => boolean> {
  const byTime = meant.filter(({ ending }) => ending.endsOnlyEarlier);
  const keys = byTime.map(({ run }) => keyFor(run, run.event_id));
  const events = byId(await selectByKeys(trx, 'event', 'id', keys));
  return ({ run, ending }) => {
    const started = events.get(keyText(run, run.event_id))?.created ?? 0;
    return !ending.endsOnlyEarlier || started <= ending.event.created;
  };
}

const isMeant = (ending: Ending, run: Row<'run'>): boolean =>
  run.account_id === ending.workflow.account_id &&
  run.livemode === ending.workflow.livemode &&
  run.workflow_id === ending.workflow.id &&
  ending.isMeant(run);
