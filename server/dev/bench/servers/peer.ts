/**
 * The peer: @supabase/stripe-sync-engine behind Fastify, as its README has it: a route that verifies the event and upserts
 * its object into PostgreSQL. Arguments: the folder it was installed in, secret, database URL. Prints its port.
 */
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';

const [folder = '', secret = '', databaseUrl = ''] = process.argv.slice(2);

/** The little of both packages that is used; they are no dependencies of this project. */
interface SyncEngine {
  runMigrations(options: { databaseUrl: string; schema: string }): Promise<void>;
  StripeSync: new (options: object) => { processWebhook(body: Buffer, signature: string): Promise<void> };
}
interface Request {
  body: Buffer;
  headers: Record<string, string>;
}
interface FastifyApp {
  server: Server;
  addContentTypeParser(
    type: string,
    options: object,
    parse: (request: Request, body: Buffer, done: Done) => void,
  ): void;
  post(path: string, answer: (request: Request) => Promise<object>): void;
  listen(options: object): Promise<string>;
}
type Done = (error: null, body: Buffer) => void;

async function main(): Promise<void> {
  const load = createRequire(join(folder, 'package.json'));
  const { runMigrations, StripeSync } = load('@supabase/stripe-sync-engine') as SyncEngine;
  await runMigrations({ databaseUrl, schema: 'stripe' });
  const sync = new StripeSync({
    poolConfig: { connectionString: databaseUrl, max: 10, keepAlive: true },
    stripeSecretKey: 'sk_test_bench0000',
    stripeWebhookSecret: secret,
    // It must never ask Stripe.
    autoExpandLists: false,
    backfillRelatedEntities: false,
    revalidateObjectsViaStripeApi: [],
  });
  const app = (load('fastify') as (options: object) => FastifyApp)({ logger: false });
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/webhooks/stripe', async ({ body, headers }) => {
    await sync.processWebhook(body, headers['stripe-signature'] ?? '');
    return { received: true };
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  console.log(JSON.stringify({ port: (app.server.address() as AddressInfo).port }));
}

void main();
