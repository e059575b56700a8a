/** What happens to contacts starts workflows: by programs, people, Stripe and the contacts themselves; never by imports. */
import { createList } from '../audience/mailing-lists';
import { transact } from '../db/transact';
import { MOST_A_DAY } from '../events/contact-events';
import { openSession } from '../installs/sessions';
import { createBrowserClient, fieldsOf, type BrowserClient } from './browser-client';
import { clientOf, withApi } from './api-rig';
import { ENGINES, type Engine } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, TEST, type Tillpost } from './harness';

const JENNY = 'jenny@example.com';
const DAY = 86_400_000;
/** Never asked whether they want news. */
const QUIET = { subscribed: false };

const lend = (engine: Engine, test: (tillpost: Tillpost) => Promise<void>) =>
  withApi({ engine }, async (tillpost) => {
    await tillpost.enable();
    await test(tillpost);
  });

const mail = (subject: string) => ({
  id: 'mail',
  kind: 'email' as const,
  email: { kind: 'transactional' as const, subject, preview_text: '', body: 'Hello' },
});

interface Trigger {
  event: string;
  conditions?: object[];
  frequency?: string;
}

async function activate(tillpost: Tillpost, trigger: Trigger, steps: object[] = [mail('Hello')]): Promise<string> {
  const definition = { name: trigger.event, trigger: { source: 'lifecycle', ...trigger }, steps };
  const { id } = await tillpost.call('workflows/create', { definition: definition as never });
  await tillpost.call('workflows/activate', { id });
  return id;
}

/** The log's events of the kind, oldest first. */
async function outcomes(tillpost: Tillpost, type: string): Promise<string[]> {
  await tillpost.worker.drain();
  const { data } = await tillpost.call('events/list', { type, limit: 100 });
  return data.map(({ email, outcome }) => `${email}: ${outcome}`).reverse();
}

const subjects = async (tillpost: Tillpost) =>
  (await tillpost.call('emails/list')).data.map(({ to, subject }) => `${to}: ${subject}`).reverse();

async function signIn(tillpost: Tillpost): Promise<BrowserClient> {
  const client = createBrowserClient(tillpost.url);
  const session = { tenant: TEST, kind: 'full', previous: undefined } as const;
  client.jar.set('tillpost_session', await openSession(tillpost.ctx, session));
  return client;
}

async function press(tillpost: Tillpost, client: BrowserClient, path: string, fields: Record<string, string> = {}) {
  const response = await client.post(path, { csrf_token: await client.csrfToken(), ...fields });
  await tillpost.worker.drain();
  return response;
}

async function stripeSays(tillpost: Tillpost, email: string, created = Math.floor(tillpost.clock.now() / 1000)) {
  const object = { id: `cus_${email.split('@')[0]}`, email };
  await tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, created, object }));
}

describe.each(ENGINES)('on %s a workflow starts', (engine) => {
  it('for contacts that a program, a person or Stripe adds, not for those that come late or with an import', () =>
    lend(engine, async (tillpost) => {
      const { clock, localStripe, worker } = tillpost;
      const loops = await clientOf(tillpost);
      await loops.createContact({ email: 'before@example.com' });
      clock.advance(1_000);
      const id = await activate(tillpost, {
        event: 'lifecycle.contact_added',
        conditions: [{ property: 'event.source', operator: 'is_not', value: 'Spam' }],
      });
      await loops.createContact({ email: 'api@example.com' });
      await loops.createContact({ email: 'spam@example.com', properties: { source: 'Spam' } });
      await loops.updateContact({ email: 'before@example.com', properties: { firstName: 'Be' } });
      const client = await signIn(tillpost);
      await press(tillpost, client, '/audience/new', { email: 'person@example.com', consent: 'agreed' });
      await stripeSays(tillpost, 'stripe@example.com');
      await stripeSays(tillpost, 'late@example.com', Math.floor((clock.now() - 4 * DAY) / 1000));
      localStripe.setWebhookUrl('http://127.0.0.1:9/nobody');
      await localStripe.trigger('customer.created', { account: TEST.accountId, email: 'imported@example.com' });
      await tillpost.call('import/start');
      await worker.drain();
      const form = new FormData();
      form.set('csrf_token', await client.csrfToken());
      form.set('consent', 'agreed');
      form.set('file', new Blob(['email\nfile@example.com\n']), 'contacts.csv');
      const job = (await client.send('/audience/import', form)).headers.get('location')!;
      await worker.drain();
      await press(tillpost, client, `${job}/confirm`);
      const { data: contacts } = await tillpost.call('contacts/list', { limit: 100 });
      expect(contacts.map(({ email }) => email)).toEqual(
        expect.arrayContaining(['late@example.com', 'imported@example.com', 'file@example.com']),
      );
      const started = '; started a workflow';
      expect(await outcomes(tillpost, 'lifecycle.contact_added')).toEqual([
        `api@example.com: Contact added by a program${started}`,
        'spam@example.com: Contact added by a program',
        `person@example.com: Contact added by a person${started}`,
        `stripe@example.com: Contact added by Stripe${started}`,
      ]);
      expect(await subjects(tillpost)).toEqual([
        'api@example.com: Hello',
        'person@example.com: Hello',
        'stripe@example.com: Hello',
      ]);
      await tillpost.call('workflows/pause', { id });
      await loops.createContact({ email: 'paused@example.com' });
      expect(await tillpost.db.selectFrom('outbox').selectAll().execute()).toEqual([]);
    }));

  it('when a field changes from what was asked to what is, and says both', () =>
    lend(engine, async (tillpost) => {
      const loops = await clientOf(tillpost);
      await loops.createContact({ email: JENNY, properties: { userGroup: 'Trial', seats: 3 } });
      await activate(
        tillpost,
        {
          event: 'lifecycle.contact_updated',
          conditions: [
            { property: 'event.was.user_group', operator: 'is', value: 'Trial' },
            { property: 'event.is.user_group', operator: 'is_set' },
            { property: 'event.was.properties.seats', operator: 'less', value: 5 },
            { property: 'contact.first_name', operator: 'is', value: 'Jen' },
          ],
        },
        [mail('{{ event.was.user_group }} to {{ event.is.user_group }}, {{ event.is["properties.seats"] }} seats')],
      );
      // Not asked about: not even logged.
      await loops.updateContact({ email: JENNY, properties: { seats: 4 } });
      // Asked about, but of somebody else.
      await loops.updateContact({ email: JENNY, properties: { userGroup: 'Team', seats: 4.5 } });
      await tillpost.worker.drain();
      await loops.updateContact({ email: JENNY, properties: { userGroup: 'Trial', firstName: 'Jen', seats: 4 } });
      await loops.updateContact({ email: JENNY, properties: { userGroup: 'Team', seats: 9 } });
      // The same again is no change.
      await loops.updateContact({ email: JENNY, properties: { userGroup: 'Team', seats: 9 } });
      expect(await outcomes(tillpost, 'lifecycle.contact_updated')).toEqual([
        `${JENNY}: Contact updated by a program: user group, seats`,
        `${JENNY}: Contact updated by a program: user group, seats; started a workflow`,
      ]);
      expect(await subjects(tillpost)).toEqual([`${JENNY}: Trial to Team, 9 seats`]);
      const [event] = (await tillpost.call('events/list', { type: 'lifecycle.contact_updated' })).data;
      const page = await (await (await signIn(tillpost)).get(`/events/${event!.id}`)).text();
      expect(page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toContain('User group Trial → Team seats 4 → 9');
    }));

  it('never by what it does itself or what is done to many, nor without end by a program that answers each change', () =>
    lend(engine, async (tillpost) => {
      const loops = await clientOf(tillpost);
      await loops.createContact({ email: JENNY, properties: { visits: 0 } });
      const group = { id: 'group', kind: 'update_contact', user_group: 'Active' };
      await activate(tillpost, { event: 'lifecycle.contact_updated' }, [group]);
      for (let visits = 1; visits <= MOST_A_DAY + 5; visits++) {
        await loops.updateContact({ email: JENNY, properties: { visits } });
        if (visits % 5 === 0) await tillpost.worker.drain();
      }
      const all = await outcomes(tillpost, 'lifecycle.contact_updated');
      expect(all).toHaveLength(MOST_A_DAY);
      expect(new Set(all)).toEqual(new Set([`${JENNY}: Contact updated by a program: visits; started a workflow`]));
      expect((await tillpost.call('contacts/list', { email: JENNY })).data[0]?.user_group).toBe('Active');
      // Nor by what is done to many at once.
      tillpost.clock.advance(DAY + 3_600_000);
      const { id } = (await tillpost.call('contacts/list', { email: JENNY })).data[0]!;
      const many = { action: 'group', group: 'Many', id };
      expect((await press(tillpost, await signIn(tillpost), '/audience/jobs', many)).status).toBe(303);
      expect((await tillpost.call('contacts/list', { email: JENNY })).data[0]?.user_group).toBe('Many');
      expect(await outcomes(tillpost, 'lifecycle.contact_updated')).toHaveLength(MOST_A_DAY);
      await loops.updateContact({ email: JENNY, properties: { visits: 0 } });
      expect(await outcomes(tillpost, 'lifecycle.contact_updated')).toHaveLength(MOST_A_DAY + 1);
    }));

  it('when a list is joined, of the list that it names', () =>
    lend(engine, async (tillpost) => {
      const { db, clock } = tillpost;
      const newList = (name: string) =>
        transact(db, (trx) => createList(trx, TEST, { name, is_public: true }, clock.now()));
      const [news, tips] = [await newList('News'), await newList('Tips')];
      const conditions = [{ property: 'event.list', operator: 'is', value: news }];
      const id = await activate(tillpost, { event: 'lifecycle.list_joined', conditions }, [
        mail('Welcome to {{ event.list_name }}'),
      ]);
      const loops = await clientOf(tillpost);
      await loops.createContact({ email: JENNY, mailingLists: { [news]: true, [tips]: true } });
      await loops.updateContact({ email: JENNY, mailingLists: { [news]: true } });
      const all = await outcomes(tillpost, 'lifecycle.list_joined');
      expect(all.sort()).toEqual([
        `${JENNY}: Mailing list joined by a program: News; started a workflow`,
        `${JENNY}: Mailing list joined by a program: Tips`,
      ]);
      expect(await subjects(tillpost)).toEqual([`${JENNY}: Welcome to News`]);
      const client = await signIn(tillpost);
      const picture = await (await client.get(`/workflows/${id}/flow`)).text();
      expect(picture).toContain('List is News');
      const { data } = await tillpost.call('events/list', { type: 'lifecycle.list_joined' });
      const event = data.find(({ outcome }) => outcome.includes('News'))!;
      const tried = await (await client.get(`/workflows/${id}/try?event=${event.id}`)).text();
      expect(tried).toContain('Welcome to News');
      expect(await (await client.get(`/events/${event.id}`)).text()).toContain('lifecycle.list_joined');
      const { definition } = await tillpost.call('workflows/read', { id });
      const rehearsed = await tillpost.call('workflows/rehearse', { definition });
      expect(rehearsed).toMatchObject({
        status_code: 400,
        error: { message: expect.stringContaining('be rehearsed') as unknown },
      });
      expect(await (await client.get(`/workflows/${id}`)).text()).toContain('This can’t be rehearsed');
    }));

  it('by no payment of long ago, also where its event is off', () =>
    lend(engine, async (tillpost) => {
      const { clock, worker } = tillpost;
      for (const name of ['late', 'fresh', 'both']) await stripeSays(tillpost, `${name}@example.com`);
      await tillpost.enable({ 'invoice.paid': { enabled: false } });
      await activate(tillpost, { event: 'lifecycle.contact_updated' });
      const paid = (name: string, daysAgo: number) => {
        const created = Math.floor((clock.now() - daysAgo * DAY) / 1000);
        const object = { id: `in_${name}_${daysAgo}`, customer: `cus_${name}`, customer_email: `${name}@example.com` };
        return tillpost.deliver(fixtureEvent('invoice.paid', { account: ACCOUNT, created, object }));
      };
      // All are decided together, and what is late stands beside what is not.
      await Promise.all([paid('late', 4), paid('both', 4), paid('both', 0), paid('fresh', 0)]);
      await worker.drain();
      const contacts = await tillpost.db.selectFrom('contact').select(['email', 'payments']).execute();
      expect(contacts.map(({ email, payments }) => `${email} ${payments}`).sort()).toEqual([
        'both@example.com 2',
        'fresh@example.com 1',
        'late@example.com 1',
      ]);
      const told = await outcomes(tillpost, 'lifecycle.contact_updated');
      expect(new Set(told.map((one) => one.split(':')[0]))).toEqual(new Set(['both@example.com', 'fresh@example.com']));
    }));

  it('by the templates for them: who joins a list is welcomed on that list, and who is added once', () =>
    lend(engine, async (tillpost) => {
      const { db, clock } = tillpost;
      const newList = (name: string) =>
        transact(db, (trx) => createList(trx, TEST, { name, is_public: true }, clock.now()));
      const only = await newList('News');
      const { definition } = await tillpost.call('workflows/create', { template: 'list_joined' });
      expect(definition.steps).toMatchObject([{ list: only }]);
      const tips = await newList('Tips');
      const client = await signIn(tillpost);
      expect(await (await client.get('/workflows/new')).text()).toContain(`<option value="${tips}">Tips</option>`);
      const make = (fields: Record<string, string>) => press(tillpost, client, '/workflows', fields);
      expect((await make({ template: 'list_joined', list: 'lst_of_nobody' })).status).toBe(404);
      for (const template of ['list_joined', 'contact_added']) {
        const made = (await make({ template, list: tips })).headers.get('location')!;
        await press(tillpost, client, `${made.split('?')[0]}/activate`);
      }
      const loops = await clientOf(tillpost);
      await stripeSays(tillpost, 'customer@example.com');
      await loops.createContact({ email: JENNY, properties: { firstName: 'Jenny' }, mailingLists: { [tips]: true } });
      await loops.updateContact({ email: 'customer@example.com', mailingLists: { [only]: true } });
      await loops.createContact({ email: 'quiet@example.com', mailingLists: { [tips]: true }, properties: QUIET });
      // Left, and joined again.
      await loops.updateContact({ email: JENNY, mailingLists: { [tips]: false } });
      await loops.updateContact({ email: JENNY, mailingLists: { [tips]: true } });
      await tillpost.worker.drain();
      const { data: emails } = await tillpost.call('emails/list');
      expect(emails.map(({ to, subject, kind, status }) => `${to}: ${subject} (${kind}, ${status})`).sort()).toEqual([
        `${JENNY}: Good to meet you, Jenny (marketing, captured)`,
        `${JENNY}: Welcome to Tips (marketing, captured)`,
        'quiet@example.com: Good to meet you (marketing, suppressed)',
        'quiet@example.com: Welcome to Tips (marketing, suppressed)',
      ]);
    }));

  it('that are chosen under Contacts, and stored as what they are', () =>
    lend(engine, async (tillpost) => {
      const { id } = await tillpost.call('workflows/create', { template: 'new_customer' });
      const client = await signIn(tillpost);
      const fields = fieldsOf(await (await client.get(`/workflows/${id}`)).text(), 'workflow-form');
      const chosen = { ...fields, 'trigger.source': 'contacts', 'trigger.event': 'customer.created' };
      const page = await (await client.post(`/workflows/${id}/edit`, chosen)).text();
      expect(page).toContain('<option value="contacts" selected="">Contacts</option>');
      expect(page).toContain('One at a time per contact');
      expect(page).not.toContain('invoice or subscription, ever');
      expect((await client.post(`/workflows/${id}`, chosen)).status).toBe(303);
      const { definition } = await tillpost.call('workflows/read', { id });
      expect(definition.trigger).toMatchObject({ source: 'lifecycle', event: 'lifecycle.contact_added' });
    }));

  it('by no event that was made for a contact who is gone', () =>
    lend(engine, async (tillpost) => {
      await activate(tillpost, { event: 'lifecycle.contact_added' });
      const loops = await clientOf(tillpost);
      await loops.createContact({ email: JENNY });
      await loops.deleteContact({ email: JENNY });
      await tillpost.worker.drain();
      expect(await subjects(tillpost)).toEqual([]);
      expect(await tillpost.db.selectFrom('run').selectAll().execute()).toEqual([]);
    }));
});
