/** Tokens that expire, die, or are refreshed by two processes at once; and the one notice that they are dead. */
import { createContext, type Context } from '../context';
import { ENGINES } from './databases';
import { ACCOUNT, createClock, lending, startTillpost, TEST, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';
import { NeedsReconnect, withStripe } from '../installs/credentials';
import { findInstall } from '../installs/installs';

const MINUTE = 60_000;

const withTillpost = lending(async (tillpost) => {
  tillpost.localStripe.addAccount({ id: ACCOUNT, email: 'owner@bakery.example' });
  await tillpost.connect();
  tillpost.localStripe.requests.clear();
});

const ask = (ctx: Context) => withStripe(ctx, TEST, (stripe) => stripe.customers.list({ limit: 1 }));
const refreshes = ({ localStripe }: Tillpost) => localStripe.requests.count({ grant_type: 'refresh_token' });
const statusOf = async ({ db }: Tillpost) => (await findInstall(db, TEST))?.status;

describe.each(ENGINES)('an access token on %s', (engine) => {
  it('is used as it is while it is good', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.clock.advance(54 * MINUTE);
      await ask(tillpost.ctx);
      expect(refreshes(tillpost)).toBe(0);
    }));

  it('is replaced five minutes before it expires, once for many calls at a time', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.clock.advance(56 * MINUTE);
      await Promise.all(Array.from({ length: 20 }, () => ask(tillpost.ctx)));
      await ask(tillpost.ctx);
      expect(refreshes(tillpost)).toBe(1);
    }));

  it('is replaced after a 401, and the call made again', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.faults.add({ kind: 'unauthorized', path: '/v1/customers', times: 1 });
      await ask(tillpost.ctx);
      expect(refreshes(tillpost)).toBe(1);
      expect(await statusOf(tillpost)).toBe('active');
    }));

  it('keeps working for a while when Stripe can not replace it yet', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.clock.advance(56 * MINUTE);
      tillpost.localStripe.faults.add({ kind: 'server_error', path: '/v1/oauth/token', times: 2 });
      await ask(tillpost.ctx);
      tillpost.clock.advance(5 * MINUTE);
      await expect(ask(tillpost.ctx)).rejects.toMatchObject({ statusCode: 500 });
      await ask(tillpost.ctx);
      expect(await statusOf(tillpost)).toBe('active');
    }));

  it('that is revoked turns the install to needs_reconnect, without asking Stripe again and again', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.revoke(ACCOUNT, false);
      await expect(ask(tillpost.ctx)).rejects.toThrow(NeedsReconnect);
      expect(await statusOf(tillpost)).toBe('needs_reconnect');
      tillpost.localStripe.requests.clear();
      await expect(ask(tillpost.ctx)).rejects.toThrow(NeedsReconnect);
      expect(tillpost.localStripe.requests.list()).toEqual([]);
    }));

  it('works again after reconnecting', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.revoke(ACCOUNT, false);
      await expect(ask(tillpost.ctx)).rejects.toThrow(NeedsReconnect);
      await tillpost.connect();
      await ask(tillpost.ctx);
      expect(await statusOf(tillpost)).toBe('active');
    }));
});

describe('two processes on one database', () => {
  it('that refresh at once exchange the token once, and both go on', () =>
    withTillpost({ engine: 'postgres' }, async (tillpost) => {
      const other = anotherProcess(tillpost);
      tillpost.clock.advance(61 * MINUTE);
      tillpost.localStripe.faults.add({ kind: 'slow', path: '/v1/oauth/token', delay_ms: 200 });
      await Promise.all([ask(tillpost.ctx), ask(other), ask(tillpost.ctx), ask(other)]);
      expect(refreshes(tillpost)).toBe(1);
      expect(await statusOf(tillpost)).toBe('active');
      await other.db.destroy();
    }));

  it('survive the crash of the one that holds the lease: the other refreshes once it has run out', () =>
    withTillpost({ engine: 'postgres' }, async (tillpost) => {
      tillpost.clock.advance(61 * MINUTE);
      const leased = { token_lease_until: tillpost.clock.now() + 15_000 };
      await tillpost.db.updateTable('install').set(leased).execute();
      const asked = ask(tillpost.ctx);
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(refreshes(tillpost)).toBe(0);
      tillpost.clock.advance(15_000);
      await asked;
      expect(refreshes(tillpost)).toBe(1);
    }));

  it('lose the connection, and say so, when one dies between the answer of Stripe and storing it', () =>
    withTillpost({ engine: 'postgres' }, async (tillpost) => {
      const before = await findInstall(tillpost.db, TEST);
      tillpost.clock.advance(61 * MINUTE);
      await ask(tillpost.ctx);
      // The write that the dead process never made.
      const { access_token, refresh_token, token_expires_at } = before!;
      await tillpost.db.updateTable('install').set({ access_token, refresh_token, token_expires_at }).execute();
      await expect(ask(tillpost.ctx)).rejects.toThrow(NeedsReconnect);
      expect(await statusOf(tillpost)).toBe('needs_reconnect');
    }));

  it('do not mistake a refresh token that the other has just used for a dead one', () =>
    withTillpost({ engine: 'postgres' }, async (tillpost) => {
      const other = anotherProcess(tillpost);
      tillpost.clock.advance(61 * MINUTE);
      tillpost.localStripe.faults.add({ kind: 'slow', path: '/v1/oauth/token', delay_ms: 300, times: 1 });
      const slow = ask(tillpost.ctx);
      await new Promise((resolve) => setTimeout(resolve, 100));
      // The lease ends early: a process that was suspended for longer than it.
      await tillpost.db.updateTable('install').set({ token_lease_until: null }).execute();
      await Promise.all([slow, ask(other)]);
      expect(await statusOf(tillpost)).toBe('active');
      await other.db.destroy();
    }));
});

function anotherProcess({ ctx, clock, databaseUrl }: Tillpost): Context {
  return createContext({ config: ctx.config, secrets: { ...ctx.secrets, databaseUrl } }, { clock, log: ctx.log });
}

describe('the key that seals tokens', () => {
  it('can be rotated: the old one keeps opening', async () => {
    const clock = createClock();
    await withTillpost({ engine: 'postgres', clock }, async (tillpost) => {
      const [newKey, oldKey] = [Buffer.alloc(32, 9), Buffer.alloc(32, 7)].map((key) => key.toString('base64'));
      const env = { ENCRYPTION_KEY: `${newKey},${oldKey}`, STRIPE_API_BASE: tillpost.stripeUrl };
      const { databaseUrl, localStripe } = tillpost;
      const rotated = await startTillpost({ databaseUrl, localStripe, clock, env });
      await ask(rotated.ctx);
      clock.advance(61 * MINUTE);
      await ask(rotated.ctx);
      expect((await findInstall(rotated.db, TEST))?.access_token).toMatch(new RegExp(`^(?!${firstPart(tillpost)})`));
      await rotated.close();
    });
  });

  it('when it is lost, means giving up what it sealed: who said no, and then the connection', async () => {
    const clock = createClock();
    await withTillpost({ engine: 'postgres', clock }, async (tillpost) => {
      const env = { ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64'), STRIPE_API_BASE: tillpost.stripeUrl };
      const { databaseUrl, localStripe, db } = tillpost;
      const start = () => startTillpost({ databaseUrl, localStripe, clock, env });
      await expect(start()).rejects.toThrow(/ENCRYPTION_KEY does not hold the key/);
      await db.deleteFrom('sealed_key').execute();
      const other = await start();
      await expect(ask(other.ctx)).rejects.toThrow(NeedsReconnect);
      expect(await statusOf(tillpost)).toBe('needs_reconnect');
      await other.close();
    });
  });
});

const firstPart = ({ ctx }: Tillpost) => ctx.vault.seal('', '').split('.')[0];

describe('the notice of a dead connection', () => {
  it('goes once per outage to the account and to ALERT_EMAIL', () =>
    withMailServer(async (mail) => {
      const env = {
        SMTP_URL: mail.url,
        MAIL_FROM: 'Tillpost <hello@tillpost.example>',
        ALERT_EMAIL: 'ops@tillpost.example',
      };
      await withTillpost({ env }, async (tillpost) => {
        for (const outage of [1, 2]) {
          tillpost.localStripe.revoke(ACCOUNT, false);
          await expect(ask(tillpost.ctx)).rejects.toThrow(NeedsReconnect);
          await tillpost.worker.drain();
          tillpost.clock.advance(3 * 60 * MINUTE);
          await tillpost.worker.drain();
          expect(mail.mails.map(({ to }) => to.join()).slice(-2)).toEqual([
            'owner@bakery.example',
            'ops@tillpost.example',
          ]);
          expect(mail.mails).toHaveLength(2 * outage);
          await tillpost.connect();
        }
        expect(mail.mails[0]?.parsed.text).toContain(`${tillpost.url}/connect?mode=test`);
      });
    }));

  it.each(['owner@bakery.example', 'ops@tillpost.example'])('goes once to the other when %s is refused', (refused) =>
    withMailServer(
      async (mail) => {
        const env = {
          SMTP_URL: mail.url,
          MAIL_FROM: 'hello@tillpost.example',
          ALERT_EMAIL: 'ops@tillpost.example',
        };
        await withTillpost({ env }, async (tillpost) => {
          tillpost.localStripe.revoke(ACCOUNT, false);
          await expect(ask(tillpost.ctx)).rejects.toThrow(NeedsReconnect);
          await tillpost.worker.drain();
          tillpost.clock.advance(3 * 60 * MINUTE);
          await tillpost.worker.drain();
          expect(mail.mails).toHaveLength(1);
          expect(mail.mails[0]?.to.join()).not.toBe(refused);
        });
      },
      [refused],
    ),
  );
});

async function withMailServer(work: (mail: MailServer) => Promise<void>, refuses: string[] = []): Promise<void> {
  const mail = await startMailServer({ refuses });
  try {
    await work(mail);
  } finally {
    await mail.close();
  }
}
