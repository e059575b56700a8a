/** Recovered payments: a year of a model Stripe in any order, against a count of its own; what merchants see; erasure. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { RecoveryMonth, RecoveryOutcome } from '../../shared/api';
import { findContactByEmail } from '../audience/contacts';
import { deleteContact } from '../audience/save';
import { tenantColumns } from '../db/tenant';
import { transact } from '../db/transact';
import { readDelivery } from '../events/delivery';
import { recordDeliveries, releaseCaughtUp } from '../events/record';
import { openSession } from '../installs/sessions';
import { eraseInstall } from '../lifecycle/erase';
import { exportPerson } from '../tools/export/person';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { createBrowserClient } from './browser-client';
import { ENGINES, type Engine } from './databases';
import { ACCOUNT, LIVE, startTillpost, TEST, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';
import { createDice, outcomeOf, playYear, type Seen, type Told } from './recovery-year';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** More of them, or others: RECOVERY_INVOICES=500 RECOVERY_SEED=7. */
const INVOICES = Number(process.env.RECOVERY_INVOICES ?? 60);
const SEED = Number(process.env.RECOVERY_SEED ?? 18);
const ZONE = 'Pacific/Auckland';
const BROWSER = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0' };

async function withTillpost(engine: Engine, work: (tillpost: Tillpost, mail: MailServer) => Promise<void>) {
  const mail = await startMailServer();
  const tillpost = await startTillpost({ engine, env: { SMTP_URL: mail.url, MAIL_FROM: 'hello@shop.example' } });
  try {
    await tillpost.connect(LIVE);
    await work(tillpost, mail);
  } finally {
    await tillpost.close();
    await mail.close();
  }
}

let events = 0;
const eventOf = ({ type, created, object }: Told, livemode = true) => ({
  ...{ id: `evt_year_${++events}`, object: 'event', account: ACCOUNT, type, created, livemode },
  data: { object: { ...object, livemode } },
});

async function remind(tillpost: Tillpost, tenant = LIVE): Promise<string> {
  const body = 'Pay {{ event.invoice_id }}: [here](https://shop.example/pay)';
  const email = { kind: 'transactional', subject: 'About {{ event.invoice_id }}', body } as const;
  const definition = {
    name: 'Dunning',
    only_while: false,
    trigger: { event: 'invoice.payment_failed' },
    steps: [{ id: 'mail', kind: 'email', email }],
  } as const;
  const { id } = await createWorkflow(tillpost.db, tenant, { definition }, tillpost.clock.now());
  await activateWorkflow(tillpost.db, tenant, id, tillpost.clock.now());
  return id;
}

/** Plays a year: each event arrives late or twice, some only by catching up; people open links some hours later. */
async function play(tillpost: Tillpost, mail: MailServer, told: readonly Told[], seed: number): Promise<Seen> {
  const { clock, db, worker } = tillpost;
  const dice = createDice(seed);
  const seen: Seen = { mailedAt: new Map(), clickedAt: new Map() };
  const due: { at: number; act: () => Promise<unknown> }[] = [];
  for (const one of told) {
    const event = eventOf(one);
    const late = dice.chance(0.3) ? dice.between(0, 90) * HOUR : dice.between(0, 60_000);
    const deliver = dice.chance(0.15)
      ? () => catchUp(event)
      : async () => expect((await tillpost.deliver(event)).status).toBe(200);
    for (let times = dice.chance(0.1) ? 2 : 1; times > 0; times--)
      due.push({ at: one.created * 1000 + late + times * 2_000, act: deliver });
  }
  async function catchUp(event: ReturnType<typeof eventOf>) {
    const delivery = readDelivery(event, JSON.stringify(event), clock.now());
    await db.transaction().execute((trx) => recordDeliveries(trx, [delivery], clock.now(), clock.now() + HOUR));
    await releaseCaughtUp(db, LIVE, clock.now());
  }
  let mails = 0;
  let drained = clock.now();
  while (due.length > 0) {
    due.sort((a, b) => b.at - a.at);
    const { at, act } = due.pop()!;
    if (at > clock.now()) clock.advance(at - clock.now());
    await act();
    // What arrived within two days is worked on together: draining each time would take minutes.
    if (due.length > 0 && due.at(-1)!.at < drained + 2 * DAY) continue;
    drained = clock.now();
    await worker.drain();
    for (; mails < mail.mails.length; mails++) {
      const { parsed } = mail.mails[mails]!;
      const id = parsed.subject!.replace('About ', '');
      if (!seen.mailedAt.has(id)) seen.mailedAt.set(id, clock.now());
      const [link] = /http:\/\/127[^"]*\/c\/[^"]+/.exec(String(parsed.html))!;
      if (!dice.chance(0.4)) continue;
      const open = async () => {
        if (!seen.clickedAt.has(id)) seen.clickedAt.set(id, clock.now());
        await fetch(link.replaceAll('&amp;', '&'), { redirect: 'manual', headers: BROWSER });
      };
      due.push({ at: clock.now() + dice.between(60_000, 4 * DAY), act: open });
    }
    await breathe();
  }
  return seen;
}

const monthOf = (ms: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, year: 'numeric', month: '2-digit' }).format(ms);

const OUTCOMES: readonly RecoveryOutcome[] = [
  'recovered_without_mail',
  'recovered_after_mail',
  'recovered_after_click',
  'open',
  'lost',
];

describe.each(ENGINES)('on %s', (engine) => {
  it(
    'counts a year of failed payments as a count of its own does, however its events arrive',
    () =>
      withTillpost(engine, async (tillpost, mail) => {
        const { clock, db } = tillpost;
        await tillpost.enable(
          {},
          { timezone: ZONE, holdout_percent: 30, track: { clicks: true, transactional: true } },
          LIVE,
        );
        await remind(tillpost);
        const year = playYear(createDice(SEED), Math.floor(clock.now() / 1000), INVOICES);
        const seen = await play(tillpost, mail, year.told, SEED + 1);

        const expected = new Map<string, RecoveryMonth>();
        for (const invoice of year.invoices.filter(({ counts }) => counts)) {
          const month = monthOf(invoice.firstFailedAt * 1000);
          const key = `${month} ${invoice.currency}`;
          const nothing = Object.fromEntries(['failed', ...OUTCOMES].map((name) => [name, { count: 0, amount: 0 }]));
          const line = expected.get(key) ?? ({ month, currency: invoice.currency, ...nothing } as RecoveryMonth);
          const outcome = outcomeOf(invoice, seen);
          for (const [name, amount] of [
            ['failed', invoice.amount],
            [outcome, invoice.paid?.amount ?? invoice.amount],
          ] as const) {
            line[name].count += 1;
            line[name].amount += amount;
          }
          expected.set(key, line);
        }
        const report = await tillpost.call('recovery/report', { months: 24 }, { tenant: LIVE });
        const byKey = (lines: Iterable<RecoveryMonth>) =>
          Object.fromEntries([...lines].map((line) => [`${line.month} ${line.currency}`, line]));
        expect(byKey(report.data)).toEqual(byKey(expected.values()));
        expect(report.timezone).toBe(ZONE);
        for (const outcome of OUTCOMES) expect(report.data.some((line) => line[outcome].count > 0)).toBe(true);

        const rows = await db.selectFrom('failed_invoice').selectAll().execute();
        const heldOut = rows.filter(({ is_holdout }) => is_holdout === 1);
        expect(heldOut.length / rows.length).toBeGreaterThan(0.15);
        expect(heldOut.length / rows.length).toBeLessThan(0.45);
        expect(heldOut.filter(({ invoice_id }) => seen.mailedAt.has(invoice_id!))).toEqual([]);
        expect(report.holdout).toMatchObject({
          held_out: { failed: heldOut.length, recovered: heldOut.filter((row) => row.recovered_at !== null).length },
          others: { failed: rows.length - heldOut.length },
          verdict: 'too_few',
        });
        const runs = await db.selectFrom('run').select(['status', 'reason', 'invoice_id']).execute();
        const ids = new Set(heldOut.map(({ invoice_id }) => invoice_id));
        const ofHeldOut = runs.filter(({ invoice_id }) => ids.has(invoice_id));
        expect(ofHeldOut.length).toBeGreaterThan(0);
        for (const run of ofHeldOut) expect(run).toMatchObject({ status: 'exited', reason: 'holdout' });
      }),
    400_000,
  );

  it('counts whatever is off, and in test mode what was captured', () =>
    withTillpost(engine, async (tillpost) => {
      const { clock, db, worker } = tillpost;
      await tillpost.connect(TEST);
      await worker.drain();
      const created = Math.floor(clock.now() / 1000);
      const invoice = { id: 'in_off', customer: 'cus_off', customer_email: 'off@example.com', currency: 'usd' };
      const open = { ...invoice, status: 'open', amount_due: 900, amount_remaining: 900, attempt_count: 1 };
      await tillpost.deliver(eventOf({ type: 'invoice.payment_failed', created, object: open }));
      const counted = await tillpost.call('recovery/report', {}, { tenant: LIVE });
      expect(counted.data).toMatchObject([{ currency: 'usd', open: { count: 1, amount: 900 } }]);

      await tillpost.enable();
      await remind(tillpost, TEST);
      await tillpost.deliver(
        eventOf({ type: 'invoice.payment_failed', created, object: { ...open, id: 'in_test' } }, false),
      );
      await worker.drain();
      clock.advance(DAY);
      const paid = { ...open, id: 'in_test', status: 'paid', amount_paid: 900, amount_remaining: 0 };
      const paidAt = Math.floor(clock.now() / 1000);
      await tillpost.deliver(eventOf({ type: 'invoice.paid', created: paidAt, object: paid }, false));
      await worker.drain();
      const emails = await db.selectFrom('email').select('status').execute();
      expect(emails).toEqual([{ status: 'captured' }]);
      const { data } = await tillpost.call('recovery/report');
      expect(data).toMatchObject([{ recovered_after_mail: { count: 1, amount: 900 }, failed: { count: 1 } }]);
    }));

  it('counts the click in a reminder whose workflow was deleted since', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { clock, worker } = tillpost;
      await tillpost.enable({}, { track: { clicks: true, transactional: true } }, LIVE);
      const id = await remind(tillpost);
      const invoice = { id: 'in_gone', customer: 'cus_gone', customer_email: 'gone@example.com', currency: 'usd' };
      const open = { ...invoice, status: 'open', amount_due: 900, amount_remaining: 900, attempt_count: 1 };
      const now = () => Math.floor(clock.now() / 1000);
      await tillpost.deliver(eventOf({ type: 'invoice.payment_failed', created: now(), object: open }));
      await worker.drain();
      await tillpost.call('workflows/delete', { id }, { tenant: LIVE });
      clock.advance(HOUR);
      const [link] = /http:\/\/127[^"]*\/c\/[^"]+/.exec(String(mail.mails[0]?.parsed.html))!;
      await fetch(link.replaceAll('&amp;', '&'), { redirect: 'manual', headers: BROWSER });
      clock.advance(DAY);
      const paid = { ...open, status: 'paid', amount_paid: 900, amount_remaining: 0 };
      await tillpost.deliver(eventOf({ type: 'invoice.paid', created: now(), object: paid }));
      await worker.drain();
      const { data } = await tillpost.call('recovery/report', {}, { tenant: LIVE });
      expect(data).toMatchObject([{ recovered_after_click: { count: 1, amount: 900 } }]);
    }));

  it('shows each number’s invoices, with links and as a file, to who is signed in to that account alone', () =>
    withTillpost(engine, async (tillpost) => {
      const { clock, ctx } = tillpost;
      await tillpost.enable({}, {}, LIVE);
      const created = Math.floor(clock.now() / 1000);
      const object = {
        ...{ id: 'in_<b>', customer: 'cus_1', customer_email: 'jenny@example.com', currency: 'usd', attempt_count: 1 },
        ...{ status: 'open', amount_due: 4200, amount_remaining: 4200, amount_paid: 0 },
      };
      await tillpost.deliver(eventOf({ type: 'invoice.payment_failed', created, object }));
      const browser = createBrowserClient(tillpost.url);
      expect((await browser.get('/recovery')).status).not.toBe(200);
      const cookie = await openSession(ctx, { tenant: LIVE, kind: 'full', previous: undefined });
      const get = async (path: string) => {
        const answer = await fetch(tillpost.url + path, { headers: { Cookie: `tillpost_session=${cookie}` } });
        return { status: answer.status, text: await answer.text() };
      };
      const page = await get('/recovery?months=3');
      expect(page.text).toContain('$42.00');
      const [, link] = /href="(\/recovery\/invoices\?month=[^"]*outcome=open)"/.exec(page.text)!;
      const invoices = await get(link!.replaceAll('&amp;', '&'));
      expect(invoices.text).toContain('jenny@example.com');
      expect(invoices.text).toContain('https://dashboard.stripe.com/invoices/in_%3Cb%3E');
      expect(invoices.text).not.toContain('<b>');
      const lost = await get(link!.replaceAll('&amp;', '&').replace('open', 'lost'));
      expect(lost.text).toContain('No such invoice');
      const csv = await get('/recovery.csv');
      expect(csv.text).toContain('in_<b>,cus_1,jenny@example.com,usd,4200,open,');
      for (const query of ['month=2026-13', 'months=abc', 'outcome=x', 'currency=%00', 'group=1'])
        expect((await get(`/recovery/invoices?${query}`)).status).toBe(200);
      expect((await get('/recovery/invoices?starting_after=fin_other')).status).toBe(400);
      const refused = await tillpost.call('recovery/report', { months: 0 }, { tenant: LIVE });
      expect(refused).toMatchObject({ status_code: 400, error: { param: 'months' } });
      const tooMany = { settings: { holdout_percent: 51 } };
      expect(await tillpost.call('settings/save', tooMany, { tenant: LIVE })).toMatchObject({
        status_code: 400,
        error: { param: 'settings.holdout_percent', message: expect.stringContaining('at most 50') as string },
      });
    }));

  it('takes up what an import finds open after an attempt, and knows it again when its events come', () =>
    withTillpost(engine, async (tillpost) => {
      const { clock, db, worker, localStripe } = tillpost;
      const finalized = Math.floor(clock.now() / 1000) - 40 * 86_400;
      const found = {
        ...{ id: 'in_found', object: 'invoice', customer: 'cus_found', currency: 'usd', created: finalized },
        ...{ status: 'open', amount_due: 700, amount_paid: 0, amount_remaining: 700, attempt_count: 2 },
        status_transitions: { finalized_at: finalized },
      };
      const { invoices } = localStripe.tenant(ACCOUNT, true);
      invoices.put(found as never);
      invoices.put({ ...found, id: 'in_untried', attempt_count: 0 } as never);
      invoices.put({ ...found, id: 'in_signup', billing_reason: 'subscription_create' } as never);
      await tillpost.call('import/start', {}, { tenant: LIVE });
      await worker.drain();
      const rows = () => db.selectFrom('failed_invoice').selectAll().execute();
      const failed = { invoice_id: 'in_found', first_failed_at: finalized * 1000, amount: 700, attempts: 2 };
      expect(await rows()).toMatchObject([failed]);
      const created = Math.floor(clock.now() / 1000);
      const again = { ...found, attempt_count: 3, customer_email: 'found@example.com' };
      await tillpost.deliver(eventOf({ type: 'invoice.payment_failed', created, object: again }));
      expect(await rows()).toMatchObject([{ ...failed, attempts: 3, recovered_at: null }]);
    }));

  it('keeps the numbers of a contact that is deleted, and nothing that says whose they were', () =>
    withTillpost(engine, async (tillpost) => {
      const { clock, ctx, db } = tillpost;
      await tillpost.enable({}, {}, LIVE);
      const created = Math.floor(clock.now() / 1000);
      const object = {
        ...{ id: 'in_1', customer: 'cus_1', customer_email: 'jenny@example.com', currency: 'usd', attempt_count: 2 },
        ...{ status: 'open', amount_due: 4200, subscription: 'sub_1' },
      };
      await tillpost.deliver(eventOf({ type: 'invoice.payment_failed', created, object }));
      const exported = await exportPerson(db, { contact: 'jenny@example.com' }, clock.now());
      expect(exported.failed_invoices).toMatchObject([{ id: 'in_1', amount: 4200, attempts: 2 }]);
      const jenny = (await findContactByEmail(db, LIVE, 'jenny@example.com'))!;
      await transact(db, (trx) => deleteContact(trx, jenny, clock.now()));
      const rows = () => db.selectFrom('failed_invoice').selectAll().execute();
      const nobodys = { invoice_id: null, customer_id: null, subscription_id: null, lost_reason: 'deleted' };
      expect(await rows()).toMatchObject([{ ...tenantColumns(LIVE), ...nobodys, amount: 4200 }]);
      await tillpost.deliver(eventOf({ type: 'invoice.payment_failed', created: created + 9, object }));
      await tillpost.worker.drain();
      expect(await rows()).toHaveLength(1);
      await eraseInstall(ctx, LIVE);
      await tillpost.worker.drain();
      expect(await rows()).toEqual([]);
    }));
});
