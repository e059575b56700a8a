import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findContactByEmail } from '../../audience/contacts';
import { deleteContact } from '../../audience/save';
import { suppressAddress } from '../../audience/suppressions';
import { tenantColumns } from '../../db/tenant';
import { transact } from '../../db/transact';
import { recordForwards } from '../../forwarding/record-forwards';
import { ENGINES } from '../../test/databases';
import { ACCOUNT, lending, LIVE, TEST, type Tillpost } from '../../test/harness';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { exportPerson } from './person';

const JENNY = 'jenny@example.com';
const TYPES = ['customer.created', 'customer.subscription.created', 'invoice.paid', 'quote.finalized'] as const;

/** A Tillpost that knows Jenny, with mail to her, and somebody else. */
const withTillpost = lending(async ({ connect, enable, localStripe, worker, db, clock }) => {
  await connect();
  await enable({ 'quote.finalized': { enabled: false } });
  const { id } = await createWorkflow(db, TEST, { template: 'new_customer' }, clock.now());
  await activateWorkflow(db, TEST, id, clock.now());
  for (const email of [JENNY, 'somebody@example.com'])
    for (const type of TYPES) await localStripe.trigger(type, { account: ACCOUNT, email });
  await worker.drain();
  const jenny = (await findContactByEmail(db, TEST, JENNY))!;
  const forward = { tenant: TEST, kind: 'contact', objectId: jenny.id, contactId: jenny.id } as const;
  await transact(db, (trx) => recordForwards(trx, [forward], clock.now()));
  await suppressAddress(db, TEST, JENNY, { scope: 'all', reason: 'refused with 550', now: 1 });
});

const exported = ({ db }: Tillpost, contact: string, rest: { account?: string; mode?: 'live' | 'test' } = {}) =>
  exportPerson(db, { contact, ...rest }, 0);

describe.each(ENGINES)('an export on %s', (engine) => {
  it('holds all that is kept of a person, by address or id, and nothing of anybody else', () =>
    withTillpost({ engine }, async (tillpost) => {
      const person = await exported(tillpost, ' Jenny@Example.com ');
      const payload = expect.objectContaining({ object: 'event' }) as object;
      expect(person).toMatchObject({ account: ACCOUNT, mode: 'test', contact: { email: JENNY } });
      expect(person.customers.length).toBeGreaterThan(0);
      expect(person.subscriptions).toMatchObject([{ status: 'active' }]);
      expect(person.payments).toMatchObject([
        { id: expect.stringMatching(/^in_/) as string, currency: 'usd', refunds: {} },
      ]);
      expect(person.objects.map(({ kind }) => kind).sort()).toEqual(
        expect.arrayContaining(['quote', 'subscription']) as string[],
      );
      const events = person.events.map((event) => [event.type, event.status, event.payload]);
      expect(events).toContainEqual(['customer.created', 'processed', payload]);
      expect(events).toContainEqual(['quote.finalized', 'ignored', payload]);
      expect(person.runs[0]).toMatchObject({ status: 'finished', steps: [{ kind: 'email' }] });
      expect(person.emails[0]).toMatchObject({ to: JENNY, text: expect.stringMatching(/./) as string });
      expect(person.forwarded).toMatchObject([{ kind: 'contact', status: 'waiting' }]);
      expect(person.suppressions).toEqual([
        { scope: 'all', has_left: false, reason: 'refused with 550', at: '1970-01-01T00:00:00.001Z' },
      ]);
      expect(JSON.stringify(person)).not.toContain('somebody@');
      expect(await exported(tillpost, person.contact!.id)).toEqual(person);
    }));

  it('finds a person whom others’ emails go to as well, or who is only to get test emails', () =>
    withTillpost({ engine }, async (tillpost) => {
      const books = 'books@firm.example';
      const asked = 'asked@firm.example';
      const jenny = (await findContactByEmail(tillpost.db, TEST, JENNY))!;
      await tillpost.enable({}, { test_recipients: [asked] });
      await tillpost.call('contacts/save', { id: jenny.id, billing_contacts: [books] });
      expect(await exported(tillpost, books)).toMatchObject({
        contact: null,
        emails: [],
        billing_contact_of: { contacts: [jenny.id], customers: [] },
        test_emails: { on_test_list: false, asked: [] },
      });
      const { db } = tillpost;
      const definition = {
        name: 'Paid',
        trigger: { event: 'invoice.paid' },
        steps: [
          {
            id: 'mail',
            kind: 'email',
            email: { kind: 'transactional', subject: 'Paid', preview_text: '', body: 'Paid' },
          },
        ],
      } as const;
      const { id } = await createWorkflow(db, TEST, { definition }, tillpost.clock.now());
      await activateWorkflow(db, TEST, id, tillpost.clock.now());
      await tillpost.localStripe.trigger('invoice.paid', { account: ACCOUNT, email: JENNY });
      await tillpost.worker.drain();
      await tillpost.call('contacts/save', { id: jenny.id, billing_contacts: [] });
      expect(await exported(tillpost, books)).toMatchObject({
        emails: [{ to: books, text: expect.stringContaining('Paid') as string }],
        billing_contact_of: { contacts: [] },
      });
      expect(await exported(tillpost, asked)).toMatchObject({ test_emails: { on_test_list: true } });
      const confirming = { ...tenantColumns(TEST), address: 'new@firm.example', email_id: 'eml_1', asked_at: 1 };
      await db.insertInto('test_address').values(confirming).execute();
      expect(await exported(tillpost, 'new@firm.example')).toMatchObject({
        test_emails: { asked: [{ address: 'new@firm.example', confirmed_at: null }] },
      });
    }));

  it('names what to choose where two modes know the person, and says when nothing is kept', () =>
    withTillpost({ engine }, async (tillpost) => {
      await tillpost.connect(LIVE);
      await tillpost.enable({}, {}, LIVE);
      await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT, livemode: true, email: JENNY });
      await tillpost.worker.drain();
      await expect(exported(tillpost, JENNY)).rejects.toThrow(`--account ${ACCOUNT} --mode live`);
      expect(await exported(tillpost, JENNY, { mode: 'live' })).toMatchObject({ mode: 'live', suppressions: [] });
      await expect(exported(tillpost, JENNY, { account: 'acct_2' })).rejects.toThrow(/--account.*no such account/);
      await expect(exported(tillpost, 'nobody@example.com')).rejects.toThrow(/--contact: nothing is kept/);
      await expect(exported(tillpost, 'con_1')).rejects.toThrow(/--contact: nothing is kept/);
      await expect(exported(tillpost, 'jenny')).rejects.toThrow(/--contact: must be an email address/);
    }));

  it('of somebody whose contact was deleted shows that the address takes no mail', () =>
    withTillpost({ engine }, async (tillpost) => {
      const jenny = (await findContactByEmail(tillpost.db, TEST, JENNY))!;
      await transact(tillpost.db, (trx) => deleteContact(trx, jenny, 1));
      const person = await exported(tillpost, JENNY);
      expect(person).toMatchObject({ contact: null, suppressions: [{ scope: 'all' }] });
      expect([person.events, person.emails, person.runs, person.objects, person.customers]).toEqual([
        [],
        [],
        [],
        [],
        [],
      ]);
    }));
});

describe('npm run export', () => {
  const run = (env: Record<string, string>, ...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((done) =>
      execFile(
        process.execPath,
        ['--import', 'tsx', 'server/tools/export.ts', ...args],
        { cwd: resolve(__dirname, '../../..'), env: { PATH: process.env.PATH, ...env } },
        (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
      ),
    );

  it('prints JSON beside a server that runs', () =>
    withTillpost({ engine: 'postgres' }, async ({ databaseUrl }) => {
      const env = { DATABASE_URL: databaseUrl, ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') };
      const { out, err } = await run(env, '--contact', JENNY, '--account', ACCOUNT, '--mode', 'test');
      expect(err).toBe('');
      expect(JSON.parse(out)).toMatchObject({ contact: { email: JENNY } });
      expect(await run(env, '--contact', 'x@example.com')).toMatchObject({
        code: 1,
        out: '',
        err: '--contact: nothing is kept of x@example.com\n',
      });
    }));

  it('names what is wrong: no person, a mode that is none, a database that is not there', async () => {
    const nowhere = { DATABASE_URL: `sqlite:${await mkdtemp(join(tmpdir(), 'tillpost-'))}/none.db` };
    expect(await run(nowhere)).toMatchObject({ code: 1, err: expect.stringMatching(/^--contact: whose/) as string });
    const mode = await run(nowhere, '--contact', JENNY, '--mode', 'both');
    expect(mode.err).toMatch(/^--mode: must be live or test/);
    const missing = await run(nowhere, '--contact', JENNY);
    expect(missing).toMatchObject({ code: 1, err: expect.stringMatching(/does not exist yet/) as string });
  });
});
