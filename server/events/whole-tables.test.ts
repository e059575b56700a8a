/**
 * PostgreSQL plans a prepared statement without its values once that looks as cheap, as it does with many accounts: it then
 * takes a third of all rows for due. No such plan may read a table that grows with events as a whole.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { openSuppressionKey } from '../audience/suppression-key';
import { readConfig } from '../config';
import { createContext, type Context } from '../context';
import { insertConnectedAccount } from '../dev/bench/connected-account';
import { createLog } from '../log';
import { createQueues } from '../queues';
import { migratedDatabase } from '../test/databases';
import { fixtureEvent } from '../test/fixtures/stripe';
import { createInbox } from '../webhooks/inbox';
import { createWorker } from '../worker';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { readDelivery } from './delivery';

const NOW = Date.UTC(2026, 10, 25, 12);
const BATCH = 60;
/** What is small is read whole, and rightly so: each row of a table is copied as often, with other keys. */
const COPIES = 30;
const KEYS = {
  event: ['id', 'seq'],
  event_payload: ['seq'],
  contact: ['id', 'email'],
  customer_link: ['customer_id', 'contact_id'],
  run: ['id', 'run_key', 'event_id', 'contact_id', 'slot'],
  run_step: ['run_id'],
  email: ['id', 'run_id', 'message_id'],
  email_body: ['email_id'],
  object_state: ['id'],
  payment: ['id'],
  failed_invoice: ['id', 'invoice_id'],
};
const TYPES = ['customer.created', 'invoice.paid', 'invoice.payment_failed'] as const;
const QUEUES = ['event', 'run', 'email'];

async function withContext(url: string, work: (ctx: Context) => Promise<void>): Promise<void> {
  const options = encodeURIComponent('-c plan_cache_mode=force_generic_plan');
  const settings = readConfig({ DATABASE_URL: `${url}?options=${options}` });
  const ctx = createContext(settings, { clock: { now: () => NOW }, log: createLog('silent') });
  await openSuppressionKey(ctx);
  await work(ctx);
  await ctx.db.destroy();
}

/** Connections hand in what they read before they are gone. */
async function othersGone(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    if (rows.length === 0) return;
    await wait(20);
  }
}

/** New customers and bills, of the accounts in turn; most start a run and are mailed of. */
async function receive(ctx: Context, accounts: readonly string[], batches: readonly number[]): Promise<void> {
  const inbox = createInbox(ctx);
  const queues = createQueues().filter(({ table }) => QUEUES.includes(table ?? ''));
  const worker = createWorker(ctx, queues);
  for (const batch of batches) {
    const deliveries = Array.from({ length: BATCH }, (_, n) => {
      const key = `${batch}_${n}`;
      const email = `person${key}@example.com`;
      const event = fixtureEvent(TYPES[n % TYPES.length]!, {
        account: accounts[n % accounts.length]!,
        livemode: true,
        id: `evt_${key}`,
        created: NOW / 1000,
        object:
          n % TYPES.length === 0
            ? { id: `cus_${key}`, email }
            : { id: `in_${key}`, customer: `cus_${key}`, customer_email: email },
      });
      return readDelivery(event as unknown as Record<string, unknown>, JSON.stringify(event), NOW);
    });
    await Promise.all(deliveries.map((delivery) => inbox.receive(delivery)));
    await worker.drain();
  }
}

function copy(table: string, keys: readonly string[]): string {
  const others = keys.map((key) => `'${key}', one.${key} || '_' || copy`).join();
  return `insert into ${table} select made.* from ${table} one, generate_series(1, ${COPIES}) copy,
    lateral jsonb_populate_record(one, jsonb_build_object(${others})) made`;
}

it.each([20, 1])(
  'reads no table whole that grows with events, of as many accounts: %d',
  async (count) => {
    const accounts = Array.from({ length: count }, (_, n) => `acct_${n}`);
    const url = await migratedDatabase('postgres');
    await withContext(url, async (ctx) => {
      for (const account of accounts) {
        const tenant = await insertConnectedAccount(ctx, account);
        for (const template of ['new_customer', 'payment_failed']) {
          const { id } = await createWorkflow(ctx.db, tenant, { template }, NOW);
          await activateWorkflow(ctx.db, tenant, id, NOW);
        }
      }
      await receive(ctx, accounts, [1, 2, 3, 4, 5]);
    });

    const client = new Client({ connectionString: url });
    await client.connect();
    for (const [table, keys] of Object.entries(KEYS)) await client.query(copy(table, keys));
    await client.query('analyze');
    await othersGone(client);
    await client.query('select pg_stat_force_next_flush()');
    await client.query('select pg_stat_reset()');
    await withContext(url, (ctx) => receive(ctx, accounts, [6, 7, 8, 9]));
    await othersGone(client);

    const { rows } = await client.query(
      `select relname as table, seq_scan as times, seq_tup_read as rows from pg_stat_user_tables
    where relname = any($1) and seq_scan > 0`,
      [Object.keys(KEYS)],
    );
    const processed = await client.query<{ count: string }>(
      `select count(*) as count from event where status = 'processed'`,
    );
    await client.end();
    expect(rows).toEqual([]);
    expect(Number(processed.rows[0]?.count)).toBe(BATCH * (5 * (1 + COPIES) + 4));
  },
  60_000,
);
