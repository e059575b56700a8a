/**
 * The queue of what installs forward: a key that was saved is tried beside the loop, "forward everyone" adds a part of the contacts
 * each turn, only as many as don't hold up what happens meanwhile, and what waits is called off or resumed part by part.
 */
import { FORWARD_OUTCOMES as OUTCOMES, forwardingRefusedNotice, FORWARDING_WORDS } from '../../shared/words/forwarding';
import { listContactRows } from '../audience/list-contacts';
import type { Context } from '../context';
import { ofClaim } from '../db/claim';
import { createQueue, retryLater, type Job, type Queue } from '../db/queue';
import type { Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { sendNotice } from '../emails/send-notice';
import { findInstall, isConnected } from '../installs/installs';
import { carryOut } from './ask';
import type { Destination, Verdict } from './destination';
import { recordTaken, refuseKey, tryToOpenKey } from './forwarding-key';
import type { Forwarding } from './forwarding-settings';
import { recordForwards } from './record-forwards';
import { cancelSome, countWaiting, resumeSome } from './waiting-forwards';
import { createRequestWindow } from './request-window';

const PART = 100;
/** Ten to twenty seconds of requests. */
const MOST_WAITING = 200;
const LOOK_AGAIN_MS = 2_000;
const TRY_AGAIN = { first: 5_000, longest: 10 * 60_000 };

/** The tool could not be asked whether it takes the key. */
class NotTried extends Error {}

/** With the key that was tried, sealed: another may have been saved since. */
interface Tried {
  verdict: Verdict;
  key: string;
}
type Result = Tried | 'told';
type ForwardingJob = Job<'forwarding', Result>;

export function createForwardingSettingsQueue(destination: Destination): Queue {
  const window = createRequestWindow({ requests: 2, ms: 1_000 });
  return createQueue<'forwarding', Result>({
    table: 'forwarding',
    concurrency: 4,
    async work(ctx, jobs) {
      const left: ForwardingJob[] = [];
      for (const job of jobs)
        if (!job.result && (job.row.status === 'checking' || job.row.status === 'refused')) left.push(job);
        else await transact(ctx.db, (trx) => record(trx, job, ctx.clock.now()));
      return left;
    },
    async background(ctx, { row }, lease) {
      if (row.status === 'refused') return tellOfRefusal(ctx, row);
      const key = tryToOpenKey(ctx, row);
      const tried = (verdict: Verdict): Tried => ({ verdict, key: row.api_key });
      if (key === undefined) return tried({ kind: 'key_refused', outcome: OUTCOMES.notOpened });
      const asking = { destination, key, installKey: tenantKey(tenantOf(row)), window, isOurs: () => lease.renew() };
      const verdict = await carryOut(ctx, destination.check(), asking);
      if (verdict?.kind === 'later') throw new NotTried(verdict.outcome);
      return verdict && tried(verdict);
    },
    explain(ctx, row, error) {
      if (error instanceof NotTried) return retryLater<'forwarding'>(row, { outcome: error.message }, TRY_AGAIN);
      ctx.log.error({ err: error, account: row.account_id }, 'what an install forwards could not be worked on');
      return retryLater<'forwarding'>(row);
    },
  });
}

/** The key was taken once, or could not be tried while somebody looked. */
async function tellOfRefusal(ctx: Context, row: Forwarding): Promise<'told'> {
  const install = await findInstall(ctx.db, tenantOf(row));
  if (isConnected(install))
    await sendNotice(ctx, install, {
      words: forwardingRefusedNotice(row.outcome ?? FORWARDING_WORDS.refused),
      path: '/settings/forwarding',
      id: `forwarding.${install.id}.${row.updated_at}`,
    });
  return 'told';
}

async function record(trx: Trx, { row, result }: ForwardingJob, now: number): Promise<void> {
  if (result && result !== 'told') return recordTried(trx, row, result, now);
  if (row.status === 'off') return callOff(trx, row, now);
  if (row.status === 'on' && row.resume_place !== null) return resume(trx, row, row.resume_place, now);
  if (row.status === 'on' && row.backfill_place !== null) return backfill(trx, row, row.backfill_place, now);
  await recordOf(trx, row, { due_at: null });
}

async function recordTried(trx: Trx, row: Forwarding, { verdict, key }: Tried, now: number): Promise<void> {
  const tried = { ...row, api_key: key };
  const isRecorded =
    verdict.kind === 'done'
      ? await recordTaken(trx, tried, verdict, now)
      : await refuseKey(trx, tried, verdict.outcome, { whenIts: 'checking', tellAt: row.attempts > 1 ? now : null });
  // The one that is kept now is to be tried.
  if (!isRecorded) await recordOf(trx, row, { due_at: now });
}

async function callOff(trx: Trx, row: Forwarding, now: number): Promise<void> {
  const isMore = await cancelSome(trx, tenantOf(row), OUTCOMES.turnedOff, now);
  if (isMore || row.api_key !== '') await recordOf(trx, row, { due_at: isMore ? now : null });
  else await deleteRemoved(trx, row);
}

async function resume(trx: Trx, row: Forwarding, place: string, now: number): Promise<void> {
  const resume_place = await resumeSome(trx, tenantOf(row), place, now);
  await recordOf(trx, row, { resume_place, due_at: now });
}

async function backfill(trx: Trx, row: Forwarding, place: string, now: number): Promise<void> {
  const tenant = tenantOf(row);
  if (!isConnected(await findInstall(trx, tenant)))
    return void (await recordOf(trx, row, { backfill_place: null, due_at: null }));
  if ((await countWaiting(trx, tenant, MOST_WAITING)) >= MOST_WAITING)
    return void (await recordOf(trx, row, { due_at: now + LOOK_AGAIN_MS }));
  const contacts = await listContactRows(trx, tenant, { limit: PART, starting_after: place });
  const last = contacts.at(-1);
  const goesOn = last
    ? { backfill_place: last.id, backfill_done: row.backfill_done + contacts.length, due_at: now }
    : { backfill_place: null, backfill_ended_at: now, due_at: null };
  // Somebody has saved it meanwhile: the part is of no choice of theirs any more.
  if (!(await recordOf(trx, row, goesOn))) return;
  await recordForwards(
    trx,
    contacts.map(({ id }) => ({ tenant, kind: 'contact', objectId: id, contactId: id })),
    now,
  );
}

/** Writes to a claimed row as long as it is ours, and nobody has saved anything since. */
async function recordOf(trx: Trx, row: Forwarding, fields: Partial<Forwarding>): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('forwarding')
    .set({ ...fields, claims: 0, attempts: 0 })
    .where(ofClaim('forwarding', row))
    .where('updated_at', '=', row.updated_at)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Of which the key was removed, once nothing waits any more. */
async function deleteRemoved(trx: Trx, row: Forwarding): Promise<void> {
  await trx
    .deleteFrom('forwarding')
    .where(ofTenant(tenantOf(row)))
    .where('api_key', '=', '')
    .execute();
}
