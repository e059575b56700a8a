/**
 * The queue of deliveries: each is sent beside the loop, and what came of it is recorded in a second pass. A process killed
 * in between sends it again with the same id when the lease ends: at least once, as Standard Webhooks expects of senders.
 */
import { TEST_TYPE } from '../../shared/webhooks';
import { DELIVERY_WORDS } from '../../shared/words/webhooks';
import { isLocal } from '../config';
import type { Context } from '../context';
import { ofClaim } from '../db/claim';
import { byId, keyFor, keyText, selectByKeys } from '../db/keys';
import { CrashedTooOften, createQueue, retryLater, type Job, type LeftJob, type Queue } from '../db/queue';
import type { Trx } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { readRetryAfter } from '../retry-after';
import type { Delivery } from './deliveries';
import { findEndpoint, noteOutcome, secretsOf, turnOffBroken, type Endpoint } from './endpoints';
import { post, type Answer } from './post';
import { signatureHeaders } from './signature';

/** From where it came: the endpoint may be another by now. Null: nothing was sent. */
type Result = Answer & { url: string | null };
type DeliveryJob = Job<'webhook_delivery', Result>;

/** An endpoint that doesn't answer holds a place for ten seconds: it gets few of its install's, and an install few of all. */
const CONCURRENCY = 60;
const PER_INSTALL = 6;
const PER_ENDPOINT = 3;
/**
 * The others of an endpoint come back one after the other, as far apart as it takes them: milliseconds, at least and at most,
 * and how late the last of many does.
 */
const APART_MS = { least: 10, most: 3_000 };
const LATEST_MS = 2 * 60_000;

const [MINUTE, HOUR] = [60_000, 3_600_000];
/** Before the second to the tenth try: three days in all. */
const BACK_OFF_MS = [
  ...[5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 18 * HOUR, 22 * HOUR],
] as const;

/** What an endpoint's Retry-After may come to for the delivery, and for its others, which are asked about once more then. */
const LONGEST_RETRY_AFTER_MS = { own: 24 * HOUR, others: 10 * MINUTE };

/** With nothing but failures for so long an endpoint is turned off. */
const FAILING_MS = 5 * 24 * HOUR;

export function createDeliveryQueue(): Queue {
  /** The endpoints that are being called, one for each call. */
  const calling: string[] = [];
  /** When the last of an endpoint's others comes back, epoch milliseconds. */
  const backAt = new Map<string, number>();
  /** Until when an endpoint asks to be left alone, epoch milliseconds. */
  const pausedUntil = new Map<string, number>();
  /** How long the last call of an endpoint took, milliseconds. */
  const tookMs = new Map<string, number>();

  /** When the endpoint may be called once more, beside `chosen`; undefined: now. */
  function waitForPlace({ row }: DeliveryJob, chosen: readonly DeliveryJob[], now: number): number | undefined {
    const key = keyText(row, row.endpoint_id);
    const taken = [...calling, ...chosen.map((one) => keyText(one.row, one.row.endpoint_id))];
    const pause = row.type === TEST_TYPE ? 0 : (pausedUntil.get(key) ?? 0);
    if (pause <= now && taken.filter((one) => one === key).length < PER_ENDPOINT) return undefined;
    const apart = Math.min(APART_MS.most, Math.max(APART_MS.least, (tookMs.get(key) ?? 0) / PER_ENDPOINT));
    const first = Math.max(now, pause);
    const at = Math.min(first + LATEST_MS, Math.max(first, backAt.get(key) ?? 0) + apart);
    backAt.set(key, at);
    return Math.floor(at);
  }

  /** All of an endpoint waits while it has too much to do: each would be refused, and cost one of its tries. */
  function heed({ row, result }: DeliveryJob, now: number): void {
    if (!result) return;
    const key = keyText(row, row.endpoint_id);
    const ms = Math.min(LONGEST_RETRY_AFTER_MS.others, readRetryAfter(result.retryAfter, now) ?? 0);
    if (ms > 0) pausedUntil.set(key, now + ms);
    else if (result.isTaken) pausedUntil.delete(key);
  }

  return createQueue<'webhook_delivery', Result>({
    table: 'webhook_delivery',
    concurrency: CONCURRENCY,
    perInstall: PER_INSTALL,
    async work(ctx, jobs) {
      const now = ctx.clock.now();
      const toSend = await transact(ctx.db, (trx) => recordAnswers(trx, jobs, now));
      for (const job of jobs) heed(job, now);
      for (const { result } of jobs)
        if (result) ctx.metrics.webhooksOut.inc({ result: result.isTaken ? 'taken' : 'not_taken' });
      const chosen: DeliveryJob[] = [];
      const putOff: LeftJob<'webhook_delivery', Result>[] = [];
      for (const job of toSend) {
        const putOffUntil = waitForPlace(job, chosen, now);
        if (putOffUntil === undefined) chosen.push(job);
        else putOff.push({ ...job, putOffUntil });
      }
      return [...chosen, ...putOff];
    },
    async background(ctx, { row }) {
      const key = keyText(row, row.endpoint_id);
      const start = ctx.clock.now();
      calling.push(key);
      try {
        return await send(ctx, row);
      } finally {
        tookMs.set(key, ctx.clock.now() - start);
        calling.splice(calling.indexOf(key), 1);
      }
    },
    explain(ctx, row, error) {
      if (error instanceof CrashedTooOften)
        return { againIn: null, fields: { status: 'failed', outcome: DELIVERY_WORDS.crashed } };
      ctx.log.error({ err: error, delivery: row.id }, 'a webhook could not be sent, or its result not recorded');
      return retryLater<'webhook_delivery'>(row);
    },
  });
}

const notSent = (outcome: string): Result => ({
  status: null,
  isTaken: false,
  outcome,
  said: null,
  retryAfter: undefined,
  url: null,
});

async function send(ctx: Context, delivery: Delivery): Promise<Result> {
  const endpoint = await findEndpoint(ctx.db, tenantOf(delivery), delivery.endpoint_id);
  if (endpoint?.status !== 'active') return notSent(DELIVERY_WORDS.off);
  const now = ctx.clock.now();
  const secrets = secretsOf(ctx, endpoint, now);
  if (secrets.length === 0) return notSent(DELIVERY_WORDS.noSecret);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Tillpost',
    ...signatureHeaders({ id: delivery.id, body: delivery.payload }, secrets, now),
  };
  const message = { url: endpoint.url, headers, body: delivery.payload };
  const answer = await post(message, { allowsLoopback: isLocal(ctx.config), dns: ctx.dns });
  return { ...answer, url: endpoint.url };
}

/** Writes what came of those that were sent, and that those of endpoints which are off are not; returns the others. Those of none any more go. */
async function recordAnswers(trx: Trx, jobs: readonly DeliveryJob[], now: number): Promise<DeliveryJob[]> {
  const keys = jobs.map(({ row }) => keyFor(row, row.endpoint_id));
  const endpoints = byId(await selectByKeys(trx, 'webhook_endpoint', 'id', keys));
  const left: DeliveryJob[] = [];
  // What was taken comes first: then the others of the batch are not nothing but failures.
  for (const job of jobs.toSorted((a, b) => Number(b.result?.isTaken ?? false) - Number(a.result?.isTaken ?? false))) {
    const endpoint = endpoints.get(keyText(job.row, job.row.endpoint_id));
    if (!endpoint) await trx.deleteFrom('webhook_delivery').where(ofClaim('webhook_delivery', job.row)).execute();
    else if (endpoint.status === 'active' && job.result === undefined) left.push(job);
    else await recordAnswer(trx, job.row, endpoint, job.result ?? notSent(DELIVERY_WORDS.off), now);
  }
  return left;
}

async function recordAnswer(
  trx: Trx,
  delivery: Delivery,
  endpoint: Endpoint,
  answer: Result,
  now: number,
): Promise<void> {
  // What another address answers says nothing of this one.
  const isOfEndpoint = answer.url === endpoint.url;
  const isGone = answer.status === 410 && isOfEndpoint;
  const backOff = BACK_OFF_MS[delivery.attempts - 1];
  const asked = Math.min(LONGEST_RETRY_AFTER_MS.own, readRetryAfter(answer.retryAfter, now) ?? 0);
  const isOver = answer.isTaken || isGone || backOff === undefined || endpoint.status !== 'active';
  const { numUpdatedRows } = await trx
    .updateTable('webhook_delivery')
    .set({
      status: answer.isTaken ? 'delivered' : isOver ? 'failed' : 'pending',
      response_status: answer.status,
      outcome: isGone ? DELIVERY_WORDS.gone : answer.outcome,
      response: answer.said,
      tried_at: now,
      due_at: isOver ? null : now + Math.max(backOff, asked),
      claims: 0,
    })
    .where(ofClaim('webhook_delivery', delivery))
    .executeTakeFirst();
  if (numUpdatedRows === 0n || endpoint.status !== 'active' || !isOfEndpoint) return;
  await noteOutcome(trx, endpoint, answer.isTaken, now);
  // For the others of the batch.
  endpoint.failing_since = answer.isTaken ? null : (endpoint.failing_since ?? now);
  const hasOnlyFailed = endpoint.failing_since !== null && now - endpoint.failing_since >= FAILING_MS;
  if (isGone) await turnOffBroken(trx, endpoint, 'gone', now);
  else if (!answer.isTaken && hasOnlyFailed) await turnOffBroken(trx, endpoint, 'failing', now);
}
