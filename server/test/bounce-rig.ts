/** Emails that were sent by a real SMTP server, and the routes where providers report of them. */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { bounceRoutes } from '../bounces/routes';
import { findSuppression } from '../audience/suppressions';
import type { Row } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { emailToken } from '../emails/email-token';
import type { Engine } from './databases';
import { closing } from './leftovers';
import { createRig, tenant } from './workflow-rig';

const TOKEN = 'bounce-token-0123456789';
export type BounceRig = Awaited<ReturnType<typeof createBounceRig>>;

export async function createBounceRig({ engine, env }: { engine?: Engine; env?: Record<string, string> } = {}) {
  const rig = await createRig({ engine, env: { BOUNCE_TOKEN: TOKEN, ...env } });
  const app = express();
  app.use(bounceRoutes(rig.ctx));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const read = async ({ account_id, id }: Pick<Row<'email'>, 'account_id' | 'id'>): Promise<Row<'email'>> =>
    rig.db
      .selectFrom('email')
      .selectAll()
      .where('account_id', '=', account_id)
      .where('id', '=', id)
      .executeTakeFirstOrThrow();

  /** A marketing email to an own contact of this install; `isGone`: that the loop has sent it. */
  async function queue(address: string, whose: Tenant): Promise<Row<'email'>> {
    const name = `mail ${address}`;
    const contact = await rig.contact({ email: address }, whose);
    const steps = [
      { id: 'mail', kind: 'email' as const, email: { kind: 'marketing' as const, subject: name, body: 'Hi' } },
    ];
    await rig.workflow({ definition: { name, trigger: { event: 'customer.created' }, steps } }, whose);
    await rig.happens('customer.created', { id: `cus_${address}`, object: 'customer' }, contact);
    await rig.worker.drain();
    const email = (await rig.emails(whose)).find(({ to_address }) => to_address === address);
    if (!email) throw new Error(`nothing was sent to ${address}`);
    return email;
  }

  return {
    ...rig,
    url,
    read,
    send: (address = 'jenny@example.com', whose = tenant) => queue(address, whose),
    token: ({ id }: Pick<Row<'email'>, 'id'>) => emailToken(rig.ctx, id),
    contactOf: ({ contact_id }: Row<'email'>) =>
      rig.db
        .selectFrom('contact')
        .selectAll()
        .where('id', '=', contact_id ?? '')
        .executeTakeFirst(),
    suppressionOf: (address = 'jenny@example.com', whose = tenant) => findSuppression(rig.db, whose, address),
    /** Everything that a report may change. */
    state: async () => ({
      emails: await rig.emails(),
      contacts: await rig.db.selectFrom('contact').selectAll().orderBy('id').execute(),
      suppressions: await rig.db.selectFrom('suppression').selectAll().execute(),
    }),
    async post(provider: string, body: string | object, headers: Record<string, string> = {}, token = TOKEN) {
      const response = await fetch(`${url}/bounces/${provider}/${token}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return response.status;
    },
    close: closing(async () => {
      server.close();
      server.closeAllConnections();
      await rig.close();
    }),
  };
}
