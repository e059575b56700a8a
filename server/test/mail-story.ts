/** What is mailed as things happen at Stripe: events in, a real SMTP server's mails out. */
import type { EventType } from '../../shared/catalogue';
import type { Engine } from './databases';
import { fixtureEvent, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, lending, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

export const JENNY = 'jenny@example.com';

/** A Tillpost in test mode whose mails go out to Jenny and her like, with these templates active. */
export async function withMail(
  engine: Engine,
  templates: (string | { template: string; trigger: EventType })[],
  test: (it: Story) => Promise<void>,
): Promise<void> {
  const mail = await startMailServer();
  const lend = lending(async (tillpost) => {
    await tillpost.connect();
    await tillpost.enable({}, { test_recipients: [JENNY, 'old@example.com', 'new@example.com'] });
    for (const one of templates) {
      const source = typeof one === 'string' ? { template: one } : one;
      const { id } = await tillpost.call('workflows/create', source);
      await tillpost.call('workflows/activate', { id });
    }
  });
  const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@acme.example' };
  await lend({ engine, env }, (tillpost) => test(tell(tillpost, mail)));
  await mail.close();
}

export type Story = ReturnType<typeof tell>;

function tell(tillpost: Tillpost, mail: MailServer) {
  const now = () => Math.floor(tillpost.clock.now() / 1000);
  const stripe = tillpost.localStripe.tenant(ACCOUNT, false);
  return {
    tillpost,
    now,
    trouble: mail.trouble,
    subjects: () => mail.mails.map(({ parsed }) => parsed.subject),
    texts: () => mail.mails.map(({ parsed }) => parsed.text ?? ''),
    to: () => mail.mails.map(({ to }) => to[0]),
    emails: async () => (await tillpost.call('emails/list', {})).data,
    runs: () => tillpost.db.selectFrom('run').selectAll().orderBy('id').execute(),
    event: (id: string) => tillpost.call('events/read', { id }),
    /** An event that is not delivered yet. */
    made: (type: FixtureType, object: FixtureOptions['object'] = {}) =>
      fixtureEvent(type, { account: ACCOUNT, created: now(), object }),
    /** Delivers an event and lets the worker go on; `created` is seconds from now. */
    async happens(type: FixtureType, object: FixtureOptions['object'] = {}, created = 0) {
      const event = fixtureEvent(type, { account: ACCOUNT, created: now() + created, object });
      expect((await tillpost.deliver(event)).status).toBe(200);
      await tillpost.worker.drain();
      return event;
    },
    /** What Stripe says when asked. */
    atStripe(
      kind: 'invoices' | 'subscriptions' | 'checkoutSessions' | 'customers',
      object: { id: string } & Record<string, unknown>,
    ) {
      stripe[kind].put({ ...object } as never);
    },
    async passes(ms: number) {
      tillpost.clock.advance(ms);
      await tillpost.worker.drain();
    },
  };
}
