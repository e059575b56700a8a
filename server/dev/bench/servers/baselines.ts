/**
 * What Tillpost is measured against, each a whole server as one would write it by hand. Argument: which. Prints its port.
 *  bare-http        node:http and the signature, nothing stored
 *  bare-express     Express, express.raw and constructEvent, nothing stored
 *  express-insert   the same with one durable SQLite insert per request
 *  express-upsert   the same with one upsert per event into PostgreSQL, as sync engines do
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express from 'express';
import { Pool } from 'pg';
import { Sqlite } from '../../../db/sqlite';
import { createStripe } from '../../../stripe';
import { listen } from '../../listen';

const [which, secret = '', database = ''] = process.argv.slice(2);

function bareHttp(): Server {
  return createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      const [time = '', given = ''] = String(req.headers['stripe-signature'])
        .split(',')
        .map((part) => part.split('=')[1]);
      const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
      const isGood = timingSafeEqual(expected, Buffer.from(given, 'hex'));
      res.writeHead(isGood ? 200 : 400, { 'Content-Length': 2 });
      res.end('ok');
    });
  });
}

type Store = (event: { id: string; type: string; created: number }, raw: string) => Promise<void> | void;

function overExpress(store: Store): Server {
  const stripe = createStripe('sk_test_baseline0000', 'https://api.stripe.com');
  const app = express();
  app.post('/webhooks/stripe', express.raw({ type: '*/*', limit: '1mb' }), async (req, res) => {
    const body = req.body as Buffer;
    const event = stripe.webhooks.constructEvent(body, req.get('stripe-signature') ?? '', secret);
    await store(event, body.toString('utf8'));
    res.json({ received: true });
  });
  return createServer(app);
}

function insertPerRequest(): Store {
  const sqlite = new Sqlite(database);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.exec('create table event (id text primary key, type text, created integer, payload text)');
  const insert = sqlite.prepare('insert into event values (?, ?, ?, ?) on conflict do nothing');
  return (event, raw) => void insert.run(event.id, event.type, event.created, raw);
}

async function upsertPerEvent(): Promise<Store> {
  const pool = new Pool({ connectionString: database, max: 10 });
  await pool.query('create table if not exists synced_invoice (id text primary key, data jsonb, updated_at bigint)');
  return async (event, raw) => {
    const object = JSON.stringify((JSON.parse(raw) as { data: { object: unknown } }).data.object);
    await pool.query(
      `insert into synced_invoice (id, data, updated_at) values ($1, $2, $3)
       on conflict (id) do update set data = excluded.data, updated_at = excluded.updated_at
       where synced_invoice.updated_at <= excluded.updated_at`,
      [event.id, object, event.created],
    );
  };
}

async function main(): Promise<void> {
  const servers: Record<string, () => Server | Promise<Server>> = {
    'bare-http': bareHttp,
    'bare-express': () => overExpress(() => undefined),
    'express-insert': () => overExpress(insertPerRequest()),
    'express-upsert': async () => overExpress(await upsertPerEvent()),
  };
  const make = servers[which ?? ''];
  if (!make) throw new Error(`unknown baseline ${which}`);
  console.log(JSON.stringify({ port: await listen(await make(), 0) }));
}

void main();
