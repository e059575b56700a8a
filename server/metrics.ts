/** What an operator watches, as Prometheus metrics. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { readInstalls, readQueues } from './db/gauges';
import { readPool } from './db/open';
import type { Db } from './db/schema';
import type { Logger } from './log';

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    /** Event-loop delay, memory, CPU: timers of their own, so only the process itself asks for them. */
    collectDefaults: () => collectDefaultMetrics({ register: registry }),
    received: new Counter({
      name: 'tillpost_webhooks_total',
      help: 'Webhook deliveries by answer',
      labelNames: ['answer'],
      registers,
    }),
    inboxQueue: new Gauge({ name: 'tillpost_inbox_queue', help: 'Deliveries waiting for their commit', registers }),
    commitSeconds: new Histogram({
      name: 'tillpost_inbox_commit_seconds',
      help: 'Time of one inbox commit',
      buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    outcomes: new Counter({
      name: 'tillpost_events_total',
      help: 'Events by status and reason',
      labelNames: ['status', 'reason'],
      registers,
    }),
    lagSeconds: new Histogram({
      name: 'tillpost_event_lag_seconds',
      help: 'From receipt to outcome',
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 600, 3600],
      registers,
    }),
    runSteps: new Counter({
      name: 'tillpost_run_steps_total',
      help: 'Workflow steps done, by kind',
      labelNames: ['kind'],
      registers,
    }),
    emails: new Counter({
      name: 'tillpost_emails_total',
      help: 'Emails by result of an attempt',
      labelNames: ['status'],
      registers,
    }),
    clicks: new Counter({
      name: 'tillpost_clicks_total',
      help: 'Opened links of emails, by who opened them; not_noted: the person was sent on, but the database did not note it',
      labelNames: ['kind'],
      registers,
    }),
    smtpRefusals: new Counter({
      name: 'tillpost_smtp_refusals_total',
      help: 'Emails that the mail server did not take, by what its answer is about',
      labelNames: ['cause'],
      registers,
    }),
    webhooksOut: new Counter({
      name: 'tillpost_webhooks_out_total',
      help: 'Requests to webhook endpoints of merchants, by whether they were taken',
      labelNames: ['result'],
      registers,
    }),
    retries: new Counter({
      name: 'tillpost_retries_total',
      help: 'Work put off for a later try, by table',
      labelNames: ['queue'],
      registers,
    }),
    stripeRequests: new Counter({
      name: 'tillpost_stripe_requests_total',
      help: 'Calls to Stripe by result',
      labelNames: ['result'],
      registers,
    }),
    refreshes: new Counter({
      name: 'tillpost_token_refreshes_total',
      help: 'Token refreshes by result',
      labelNames: ['result'],
      registers,
    }),
    queueDue: new Gauge({
      name: 'tillpost_queue_due',
      help: 'Rows due and not taken, by table; 10000 means that or more',
      labelNames: ['queue'],
      registers,
    }),
    queueAgeSeconds: new Gauge({
      name: 'tillpost_queue_age_seconds',
      help: 'How long the first row of the queue has been due',
      labelNames: ['queue'],
      registers,
    }),
    installs: new Gauge({
      name: 'tillpost_installs',
      help: 'Connected accounts and modes by status',
      labelNames: ['status'],
      registers,
    }),
    pool: new Gauge({
      name: 'tillpost_pool_connections',
      help: 'Connections to PostgreSQL by state; waiting counts who waits for one',
      labelNames: ['state'],
      registers,
    }),
    databaseUp: new Gauge({
      name: 'tillpost_database_up',
      help: '1 when the database answered this scrape',
      registers,
    }),
    workerFaults: new Counter({
      name: 'tillpost_worker_faults_total',
      help: 'Faults of a queue of the loop, by table',
      labelNames: ['queue'],
      registers,
    }),
  };
}

interface Scraped {
  metrics: Metrics;
  db: Db;
  /** Epoch milliseconds. */
  clock: { now(): number };
  log: Logger;
}

/**
 * All metrics as Prometheus text: the queues and installs are read from the database now, the rest has been counted.
 * When the database fails, `tillpost_database_up` is 0 and the gauges that need it are left out.
 */
export async function scrape({ metrics, db, clock, log }: Scraped): Promise<string> {
  for (const gauge of [metrics.queueDue, metrics.queueAgeSeconds, metrics.installs]) gauge.reset();
  try {
    for (const { table, due, ageMs } of await readQueues(db, clock.now())) {
      metrics.queueDue.set({ queue: table }, due);
      metrics.queueAgeSeconds.set({ queue: table }, ageMs / 1000);
    }
    for (const { status, count } of await readInstalls(db)) metrics.installs.set({ status }, count);
    metrics.databaseUp.set(1);
  } catch (error) {
    metrics.databaseUp.set(0);
    log.warn({ err: error }, 'the database did not answer a scrape');
  }
  for (const [state, count] of Object.entries(readPool(db) ?? {})) metrics.pool.set({ state }, count);
  return metrics.registry.metrics();
}
