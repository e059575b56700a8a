/** One merchant's templates run wild: everybody else goes on. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { ofTenant, type Tenant } from '../db/tenant';
import { previewEmail, sendTest } from '../workflows/preview';
import { ENGINES } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { lending, TEST, uniqueId, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

const OTHER: Tenant = { accountId: 'acct_1TillpostOther', livemode: false };
/** As much as Liquid’s limit of memory lets through at once; the body is above the limit of time on fast machines too. */
const LOOP = '{% for i in (1..550000) %}{% endfor %}';
const WILD = { kind: 'transactional', subject: `Wild ${LOOP}`, preview_text: LOOP, body: `Wild ${LOOP.repeat(8)}` };
const CALM = { kind: 'transactional', subject: 'Calm', preview_text: '', body: 'Hi' };
const ATTACK = 50;
const CUSTOMER = 'somebody@example.com';
/** Milliseconds; rendering one of the emails takes longer than this. */
const PAUSE = 250;

const definition = (email: object) => ({
  name: 'Hello',
  trigger: { event: 'customer.created' },
  steps: [{ id: 'mail', kind: 'email', email }],
});

describe.each(ENGINES)('while the templates of one account run wild, on %s', (engine) => {
  /** Two accounts, of which TEST is the wild one. */
  async function withTwo(test: (tillpost: Tillpost, mail: MailServer) => Promise<void>): Promise<void> {
    const mail = await startMailServer();
    const lend = lending(async (tillpost) => {
      for (const [tenant, email] of [[TEST, WILD] as const, [OTHER, CALM] as const]) {
        await tillpost.connect(tenant);
        await tillpost.enable({}, { test_recipients: [CUSTOMER] }, tenant);
        const { id } = await tillpost.call('workflows/create', { definition: definition(email) as never }, { tenant });
        await tillpost.call('workflows/activate', { id }, { tenant });
      }
    });
    const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@acme.example' };
    await lend({ engine, env, runsWorker: true }, (tillpost) => test(tillpost, mail));
    await mail.close();
  }

  /** Of a few tries: what holds up the loop does so each time, a busy machine does now and then. */
  async function shortestPause(pauseOf: (tillpost: Tillpost, mail: MailServer) => Promise<number>): Promise<number> {
    let shortest = Infinity;
    for (let tries = 0; tries < 4 && shortest >= PAUSE; tries++)
      await withTwo(async (...two) => void (shortest = Math.min(shortest, await pauseOf(...two))));
    return shortest;
  }

  const arrives = ({ deliver, clock }: Tillpost, { accountId: account }: Tenant) =>
    deliver(
      fixtureEvent('customer.created', {
        account,
        created: Math.floor(clock.now() / 1000),
        object: { id: uniqueId('cus'), email: CUSTOMER },
      }),
    );

  const emailsOf = ({ db }: Tillpost, tenant: Tenant) =>
    db
      .selectFrom('email')
      .select(['status', 'reason', 'outcome', 'attempts', 'claims'])
      .where(ofTenant(tenant))
      .execute();

  it('the process answers, and the other account’s events are taken and its emails go out', async () => {
    const pause = await shortestPause(async (tillpost, mail) => {
      for (let n = 0; n < ATTACK; n++) expect((await arrives(tillpost, TEST)).status).toBe(200);
      while ((await emailsOf(tillpost, TEST)).every(({ outcome }) => outcome === null)) await wait(20);

      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      // It counts from its first turn on.
      await wait(20);
      const calm = mail.nextMail();
      expect((await arrives(tillpost, OTHER)).status).toBe(200);
      expect((await fetch(`${tillpost.url}/healthz`)).status).toBe(200);
      await calm;
      const wild = await emailsOf(tillpost, TEST);
      // The pause is noted at the loop's next turn.
      await wait(20);
      delay.disable();

      expect(mail.subjects()).toEqual(['Calm']);
      expect(wild.length).toBe(ATTACK);
      expect(wild.filter(({ status }) => status === 'queued').length).toBeGreaterThan(ATTACK / 2);
      return delay.max / 1e6;
    });
    expect(pause).toBeLessThan(PAUSE);
  });

  it('an email is held when it took too long three times, for a busy machine lets no email be made in time', async () => {
    await withTwo(async (tillpost) => {
      await arrives(tillpost, TEST);
      for (const attempts of [1, 2, 3]) {
        const read = async () => (await emailsOf(tillpost, TEST))[0];
        for (let email = await read(); email?.attempts !== attempts || email.claims > 0; email = await read())
          await wait(20);
        expect((await read())?.status).toBe(attempts < 3 ? 'queued' : 'held');
        tillpost.clock.advance(60_000);
        tillpost.ctx.nudge();
      }
      expect(await emailsOf(tillpost, TEST)).toMatchObject([
        { reason: 'over_budget', outcome: EMAIL_REASONS.tooCostly },
      ]);
    });
  });

  it('its emails are tried one after the other, each within the limit, or wait for the next minute', async () => {
    await withTwo(async (tillpost) => {
      for (let n = 0; n < ATTACK; n++) await arrives(tillpost, TEST);
      const undecided = async () =>
        (await emailsOf(tillpost, TEST)).filter(({ status, outcome }) => status === 'queued' && outcome === null);
      while ((await undecided()).length > 0 || (await emailsOf(tillpost, TEST)).length < ATTACK) await wait(50);
      const emails = await emailsOf(tillpost, TEST);
      const tried = emails.filter(({ outcome }) => outcome === EMAIL_REASONS.tooCostly);
      expect(tried.length).toBeGreaterThan(2);
      expect(tried.length).toBeLessThan(30);
      for (const { status } of tried) expect(status).toBe('queued');
      const others = emails.filter((other) => !tried.includes(other));
      for (const one of others) expect(one).toMatchObject({ status: 'queued', outcome: EMAIL_REASONS.costlyMinute });
      // On a busy machine the next minute has come for some meanwhile; waiting counts as no try.
      expect(others.map(({ attempts }) => attempts)).toContain(0);
    });
  });

  it('unsaved drafts and test sends come to nothing but the limit, and hold up nobody', async () => {
    const pause = await shortestPause(async (tillpost) => {
      const request = { trigger: 'customer.created', content: WILD } as const;
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      // It counts from its first turn on.
      await wait(20);
      const previews = Array.from({ length: 3 }, () => previewEmail(tillpost.ctx, TEST, request));
      const test = sendTest(tillpost.ctx, TEST, { ...request, to: CUSTOMER }).catch((error: unknown) => error);
      const calm = await previewEmail(tillpost.ctx, OTHER, { ...request, content: CALM });
      for (const preview of previews)
        expect(await preview).toMatchObject({ html: null, held: EMAIL_REASONS.tooCostly });
      expect(await test).toMatchObject({ code: 'invalid_request', message: EMAIL_REASONS.tooCostly });
      // The pause is noted at the loop's next turn.
      await wait(20);
      delay.disable();
      expect(calm).toMatchObject({ subject: 'Calm', held: null });
      return delay.max / 1e6;
    });
    expect(pause).toBeLessThan(PAUSE);
  });
});
