/**
 * The queue of dates. Of each subscription or invoice that is due, the notices whose moment has come go into the ledger, and
 * for each that was not there an event into the log, in one transaction with when the row is due next.
 */
import { allDone } from '../all-done';
import { recordNextDates } from '../audience/state-dates';
import type { ObjectState } from '../audience/object-states';
import type { Context } from '../context';
import { keyFor, keyText, selectByKeys, type TenantKey } from '../db/keys';
import { CrashedTooOften, createQueue, retryLater, type Job, type JobFailure, type Queue } from '../db/queue';
import type { Row, Trx } from '../db/schema';
import { tenantKey, tenantOf, tenantsOf } from '../db/tenant';
import { transact } from '../db/transact';
import { recordDeliveries } from '../events/record';
import { holdInstalls, isConnected } from '../installs/installs';
import { NeedsReconnect } from '../installs/credentials';
import { readSettingsOfAll } from '../settings/settings';
import { findLiveWorkflows } from '../workflows/live-workflows';
import { askForCard, CARD_NEWS_MS, cardIn, saveCards, type AskedCard } from './cards';
import { mayHaveCard } from './dates';
import { recordNotices, type DueNotice } from './ledger';
import { noticeDelivery } from './notice-event';
import { planNotices, type Notice, type Scheduled } from './plan';
import { scheduledOf } from './scheduled';

type StateJob = Job<'object_state', AskedCard>;

const DAY_MS = 24 * 60 * 60_000;

export const createNoticeQueue = (): Queue =>
  createQueue<'object_state', AskedCard>({
    table: 'object_state',
    batch: 100,
    concurrency: 10,
    perInstall: 5,
    async work(ctx, jobs) {
      const { toAsk, given } = await transact(ctx.db, (trx) => giveNotices(trx, jobs, ctx.clock.now()));
      if (given > 0) ctx.nudge();
      return jobs.filter(({ row }) => toAsk.has(keyText(row, row.id)));
    },
    background: (ctx, { row }) => askForCard(ctx, row),
    explain,
  });

async function giveNotices(trx: Trx, jobs: readonly StateJob[], now: number) {
  const facts = await loadFacts(trx, jobs);
  const due: DueNotice[] = [];
  const looked: { state: ObjectState; nextAt: number | null }[] = [];
  const toAsk = new Set<string>();
  const cards: Parameters<typeof saveCards>[1][number][] = [];
  for (const { state, result, workflows, timeZone, known } of facts) {
    const answer = result?.kind === 'known' ? result : undefined;
    if (answer) cards.push({ state, ...answer });
    const card = answer ? (answer.card ?? undefined) : known && cardIn(known);
    const plan = planNotices({ state, workflows, card, timeZone }, now);
    const askedAt = answer?.askedAt ?? known?.asked_at;
    const askAt = askCardAt(state, workflows, askedAt, now);
    const isOfCard = ({ type, missed }: Notice) => type === 'schedule.card_expiry' && missed === null;
    // A card has one notice, whatever it pays: given of what is charged to another by now, it would lack where it is due.
    const isOldNews = plan.notices.some(isOfCard) && (askedAt ?? 0) < now - DAY_MS;
    const asks = !result && (isOldNews || (askAt !== null && askAt <= now));
    const given = plan.notices.filter((notice) => !asks || !isOfCard(notice));
    due.push(...given.map((notice) => ({ state, notice, card })));
    if (asks) {
      toAsk.add(keyText(state, state.id));
      continue;
    }
    const again = result?.kind === 'forbidden' ? now + DAY_MS : askAt;
    const times = [plan.nextAt, again].flatMap((time) => time ?? []);
    looked.push({ state, nextAt: times.length > 0 ? Math.min(...times) : null });
  }
  // The rows first: whoever deletes their contact collides with this.
  await recordNextDates(trx, looked);
  await saveCards(trx, cards);
  const given = await recordNotices(trx, due, now);
  await recordDeliveries(
    trx,
    given.map((one) => noticeDelivery(one, now)),
    now,
  );
  return { toAsk, given: given.length };
}

/** When Stripe is to be asked for the card; null: no workflow asks for it. */
function askCardAt(
  state: ObjectState,
  workflows: readonly Scheduled[],
  askedAt: number | undefined,
  now: number,
): number | null {
  if (!mayHaveCard(state) || !workflows.some(({ type }) => type === 'schedule.card_expiry')) return null;
  return askedAt === undefined ? now : askedAt + CARD_NEWS_MS;
}

interface StateFacts {
  state: ObjectState;
  result: AskedCard | undefined;
  workflows: readonly Scheduled[];
  timeZone: string;
  /** The card as it was asked for earlier. */
  known: Row<'subscription_card'> | undefined;
}

/** Of the claimed ones that are still ours, as they are now. */
async function loadFacts(trx: Trx, jobs: readonly StateJob[]): Promise<StateFacts[]> {
  const rows = jobs.map(({ row }) => row);
  const tenants = tenantsOf(rows);
  const keys: TenantKey[] = rows.map((row) => keyFor(row, row.id));
  const [installs, settings, live, states, cards] = await allDone([
    holdInstalls(trx, tenants),
    readSettingsOfAll(trx, tenants),
    findLiveWorkflows(trx, tenants),
    selectByKeys(trx, 'object_state', 'id', keys),
    selectByKeys(trx, 'subscription_card', 'subscription_id', keys),
  ]);
  const jobOf = new Map(jobs.map((job) => [keyText(job.row, job.row.id), job]));
  const cardOf = new Map(cards.map((card) => [keyText(card, card.subscription_id), card]));
  const scheduled = new Map([...live].map(([tenant, workflows]) => [tenant, scheduledOf(workflows)]));
  return states.flatMap((state) => {
    const key = keyText(state, state.id);
    const job = jobOf.get(key);
    if (!job || state.claims === 0 || state.attempts !== job.row.attempts) return [];
    const tenant = tenantKey(tenantOf(state));
    const workflows = isConnected(installs.get(tenant)) ? (scheduled.get(tenant) ?? []) : [];
    const timeZone = settings.get(tenant)!.timezone;
    return [{ state, result: job.result, workflows, timeZone, known: cardOf.get(key) }];
  });
}

function explain(ctx: Context, row: Row<'object_state'>, error: unknown): JobFailure<'object_state'> {
  if (error instanceof CrashedTooOften) return { againIn: DAY_MS, fields: {} };
  if (!(error instanceof NeedsReconnect))
    ctx.log.warn({ err: error, object: row.id, attempts: row.attempts }, 'dates are looked at later');
  return retryLater<'object_state'>(row);
}
