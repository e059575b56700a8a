/** Events of programs start workflows: sent by Loops' client, read in a real mailbox. */
import { findContactByEmail } from '../audience/contacts';
import { openSession } from '../installs/sessions';
import { createBrowserClient, fieldsOf } from './browser-client';
import { clientOf, withApi } from './api-rig';
import { ENGINES, type Engine } from './databases';
import { LIVE, TEST, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

const JENNY = 'jenny@example.com';
const CLIENT_OF = (tillpost: Tillpost) => clientOf(tillpost, LIVE);

async function withMail(engine: Engine, work: (tillpost: Tillpost, mail: MailServer) => Promise<void>): Promise<void> {
  const mail = await startMailServer();
  const env = { API_REQUESTS_PER_SECOND: '1000', SMTP_URL: mail.url, MAIL_FROM: 'hello@mail.example' };
  await withApi({ engine, env }, (tillpost) => work(tillpost, mail)).finally(() => mail.close());
}

const email = (id: string, subject: string) => ({
  id,
  kind: 'email' as const,
  email: { kind: 'transactional' as const, subject, preview_text: '', body: 'Hello {{ contact.first_name }}' },
});

const SIGNUP = {
  name: 'Signup',
  trigger: {
    source: 'api',
    event: 'signup',
    frequency: 'once_per_contact',
    conditions: [{ property: 'event.seats', operator: 'greater', value: 3 }],
  },
  exit_events: [{ event: 'customer.deleted', match: 'object' }],
  steps: [email('first', 'Welcome, {{ event.seats }} seats on {{ event.plan }}')],
};

async function activate(tillpost: Tillpost, definition: object) {
  const { id } = await tillpost.call('workflows/create', { definition: definition as never }, { tenant: LIVE });
  return tillpost.call('workflows/activate', { id }, { tenant: LIVE });
}

const subjectsOf = (mail: MailServer) => mail.mails.map(({ parsed }) => parsed.subject);

describe.each(ENGINES)('on %s an event of a program', (engine) => {
  it('starts its workflow where the conditions hold, once, and a rehearsal says the same', () =>
    withMail(engine, async (tillpost, mail) => {
      const { definition } = await activate(tillpost, SIGNUP);
      expect(definition.trigger).toMatchObject({ source: 'api', event: 'api.signup' });
      const loops = await CLIENT_OF(tillpost);
      const signup = (seats: number, address = JENNY) => ({
        email: address,
        eventName: 'signup',
        contactProperties: { firstName: 'Jenny' },
        eventProperties: { seats, plan: 'Pro' },
      });
      await loops.sendEvent(signup(2));
      await loops.sendEvent(signup(5));
      await loops.sendEvent(signup(6));
      await loops.sendEvent({ ...signup(9), eventName: 'other' });
      await tillpost.worker.drain();
      expect(subjectsOf(mail)).toEqual(['Welcome, 5 seats on Pro']);
      expect(mail.mails[0]?.to).toEqual([JENNY]);
      const { data: events } = await tillpost.call('events/list', { type: 'api.signup' }, { tenant: LIVE });
      expect(events.map(({ status, outcome }) => `${status}: ${outcome}`).reverse()).toEqual([
        'processed: Received from the API',
        'processed: Received from the API; started a workflow',
        'processed: Received from the API; a workflow had started for this before',
      ]);
      const rehearsed = await tillpost.call('workflows/rehearse', { definition }, { tenant: LIVE });
      expect(rehearsed).toMatchObject({ would_start: 1, would_send: 1 });
      expect(rehearsed.sample).toMatchObject([{ subject: 'Welcome, 5 seats on Pro', verdict: 'would_send' }]);
    }));

  it('is replayed in the console, starting only what was not there, and belongs to whom its contact became', () =>
    withMail(engine, async (tillpost, mail) => {
      const loops = await CLIENT_OF(tillpost);
      await loops.createContact({ email: 'old@example.com', properties: { userId: 'u_1', firstName: 'Jenny' } });
      await loops.sendEvent({ userId: 'u_1', eventName: 'signup', eventProperties: { seats: 5, plan: 'Pro' } });
      await tillpost.worker.drain();
      tillpost.clock.advance(60_000);
      await activate(tillpost, SIGNUP);
      await loops.updateContact({ userId: 'u_1', email: JENNY });
      const client = createBrowserClient(tillpost.url);
      client.jar.set(
        'tillpost_session',
        await openSession(tillpost.ctx, { tenant: LIVE, kind: 'full', previous: undefined }),
      );
      const { data: events } = await tillpost.call('events/list', { type: 'api.signup' }, { tenant: LIVE });
      const page = `/events/${events[0]!.id}`;
      const csrf_token = await client.csrfToken(page);
      expect(await (await client.get(page)).text()).toContain('signup (API)');
      await client.post(`${page}/replay`, { csrf_token });
      await tillpost.worker.drain();
      expect(mail.mails).toEqual([]);
      await client.post(`${page}/replay`, { csrf_token, newer_workflows: 'on' });
      await tillpost.worker.drain();
      await client.post(`${page}/replay`, { csrf_token, newer_workflows: 'on' });
      await tillpost.worker.drain();
      expect(mail.mails.map(({ to }) => to)).toEqual([[JENNY]]);

      const contact = await findContactByEmail(tillpost.db, LIVE, JENNY);
      await loops.sendEvent({ email: JENNY, eventName: 'signup', eventProperties: { seats: 7, plan: 'Pro' } });
      await loops.deleteContact({ email: JENNY });
      await tillpost.worker.drain();
      expect(mail.mails).toHaveLength(1);
      const last = await tillpost.call('events/list', { type: 'api.signup', limit: 1 }, { tenant: LIVE });
      expect(last.data).toMatchObject([{ status: 'skipped', reason: 'contact_deleted', contact: null }]);
      expect(JSON.stringify(last)).not.toContain(contact!.id);
    }));

  it('teaches the editor its name and properties, of its own account alone', () =>
    withMail(engine, async (tillpost) => {
      const loops = await CLIENT_OF(tillpost);
      for (const seats of [1, 'many'])
        await loops.sendEvent({
          email: JENNY,
          eventName: 'Plan chosen',
          eventProperties: { seats, since: '2026-03-01', isTrial: true, 'not a name': 'x' },
        });
      const client = createBrowserClient(tillpost.url);
      client.jar.set(
        'tillpost_session',
        await openSession(tillpost.ctx, { tenant: LIVE, kind: 'full', previous: undefined }),
      );
      const { id } = await activate(tillpost, {
        ...SIGNUP,
        trigger: { event: 'customer.created' },
        steps: SIGNUP.steps.map((step) => ({ ...step, email: { ...step.email, subject: 'Hi' } })),
      });
      // The choices of selects are not read from the page.
      const api = { 'trigger.source': 'api' };
      const edit = async (fields: Record<string, string>) =>
        (await client.post(`/workflows/${id}/edit`, fields)).text();
      const fields = fieldsOf(await (await client.get(`/workflows/${id}`)).text(), 'workflow-form');
      const chosen = await edit({ ...fields, ...api });
      expect(chosen).toContain('<option value="Plan chosen"');
      expect(chosen).not.toContain('{{ event.');
      const named = await edit({ ...fieldsOf(chosen, 'workflow-form'), ...api, 'trigger.api_event': ' Plan chosen ' });
      for (const tag of ['event.seats }}', 'event.since | date }}', 'event.isTrial }}']) expect(named).toContain(tag);
      expect(named).not.toContain('not a name');
      const saved = await client.post(`/workflows/${id}`, { ...fieldsOf(named, 'workflow-form'), ...api });
      expect(saved.status).toBe(303);
      const asked = {
        ...fieldsOf(named, 'workflow-form'),
        ...api,
        'trigger.conditions.0.property': 'event.',
        'trigger.conditions.0.operator': 'is',
        'trigger.conditions.0.value': 'SPRING',
      };
      const misspelt = await client.post(`/workflows/${id}`, { ...asked, 'trigger.conditions.0.key': 'coupon code!' });
      expect(misspelt.status).toBe(400);
      const page = await misspelt.text();
      expect(page).toContain('Name of condition 1 of the trigger: A name has letters, digits and _ only');
      expect(page).toMatch(/<input[^>]*aria-invalid="true"[^>]*id="trigger-conditions-0-key"/);
      expect(page).not.toContain('contact. or subject.');
      const nameless = await client.post(`/workflows/${id}`, { ...asked, 'trigger.conditions.0.key': '' });
      expect(await nameless.text()).toContain('Name of condition 1 of the trigger must not be empty');
      const unnamed = await client.post(`/workflows/${id}`, {
        ...fieldsOf(named, 'workflow-form'),
        ...api,
        'trigger.api_event': '',
        'trigger.event': 'customer.created',
      });
      expect(unnamed.status).toBe(400);
      const ofOther = await tillpost.db.selectFrom('api_event').selectAll().execute();
      expect(ofOther).toMatchObject([
        {
          livemode: 1,
          name: 'Plan chosen',
          properties: JSON.stringify({ seats: 'any', since: 'date', isTrial: 'boolean' }),
        },
      ]);
      expect((await tillpost.call('workflows/list', {}, { tenant: TEST })).data).toEqual([]);
    }));

  it('starts a new workflow by the name that is written', () =>
    withMail(engine, async (tillpost) => {
      const client = createBrowserClient(tillpost.url);
      client.jar.set(
        'tillpost_session',
        await openSession(tillpost.ctx, { tenant: LIVE, kind: 'full', previous: undefined }),
      );
      const [, csrf_token = ''] = /name="csrf_token" value="([^"]+)"/.exec(
        await (await client.get('/workflows/new')).text(),
      )!;
      const unnamed = await client.post('/workflows', { csrf_token, event: 'api.', api_event: ' ' });
      expect(unnamed.status).toBe(400);
      expect(await unnamed.text()).toContain('Event of the trigger must not be empty');
      const named = await client.post('/workflows', { csrf_token, event: 'api.', api_event: ' signup ' });
      expect(named.status).toBe(303);
      const page = await (await client.get(named.headers.get('location')!)).text();
      expect(page).toMatch(/name="trigger.api_event"[^>]*value="signup"/);
    }));

  it('ends the runs of its contact as an exit event, whichever of the two was processed first', () =>
    withMail(engine, async (tillpost, mail) => {
      // Quotes and what looks like a parameter: a name never stands in a statement.
      const bought = 'it\'s $1 or "bought"';
      const wait = { id: 'wait', kind: 'wait', amount: 1, unit: 'hours' };
      const welcome = {
        name: 'Welcome',
        trigger: { event: 'customer.created' },
        exit_events: [{ event: `api.${bought}`, match: 'contact' }],
        steps: [wait, email('first', 'Have you thought about it?')],
      };
      await tillpost.enable({}, {}, LIVE);
      await activate(tillpost, welcome);
      const loops = await CLIENT_OF(tillpost);
      const runs = async () =>
        (await tillpost.call('runs/list', {}, { tenant: LIVE })).data
          .map(({ status, reason }) => `${status} ${reason}`)
          .reverse();
      const customer = async (id: string, address: string, created = Math.floor(tillpost.clock.now() / 1000)) => {
        const about = { id: `evt_${id}`, object: 'event', type: 'customer.created', created, livemode: true };
        const object = { id: `cus_${id}`, object: 'customer', email: address, name: 'Jenny Rosen', created };
        await tillpost.deliver({ ...about, account: LIVE.accountId, data: { object } });
        await tillpost.worker.drain();
      };
      const buys = async (address: string) => {
        await loops.sendEvent({ email: address, eventName: bought });
        await tillpost.worker.drain();
      };
      const start = Math.floor(tillpost.clock.now() / 1000);
      // Before: it says nothing of what begins only then.
      await buys('before@example.com');
      tillpost.clock.advance(2_000);
      await customer('before', 'before@example.com');
      await customer('jenny', JENNY);
      tillpost.clock.advance(2_000);
      await loops.sendEvent({ email: JENNY, eventName: 'looked' });
      await buys(JENNY);
      // Stripe's event comes late: it had happened before.
      await buys('late@example.com');
      tillpost.clock.advance(2_000);
      await customer('late', 'late@example.com', start);
      expect(await runs()).toEqual(['running waiting', `exited api.${bought}`, `exited api.${bought}`]);
      const { data: events } = await tillpost.call('events/list', { type: `api.${bought}` }, { tenant: LIVE });
      expect(events.map(({ outcome }) => outcome)).toContain('Received from the API; ended 1 run');
      tillpost.clock.advance(3_600_000);
      await tillpost.worker.drain();
      expect(mail.mails.map(({ to }) => to)).toEqual([['before@example.com']]);
      const { definition } = (await tillpost.call('workflows/list', {}, { tenant: LIVE })).data[0]!;
      const rehearsed = await tillpost.call('workflows/rehearse', { definition }, { tenant: LIVE });
      expect(rehearsed).toMatchObject({ would_start: 3, would_send: 1 });
      const faulty = { ...welcome, exit_events: [{ event: 'api. ', match: 'contact' }] };
      const refused = await tillpost.call('workflows/create', { definition: faulty as never }, { tenant: LIVE });
      expect(refused).toMatchObject({
        status_code: 400,
        error: { param: 'definition.exit_events.0.event', message: 'Event of exit event 1 must not be empty.' },
      });
    }));

  it('has its properties and the contact’s own offered by their types, and any other by its name', () =>
    withMail(engine, async (tillpost) => {
      const loops = await CLIENT_OF(tillpost);
      await loops.createContact({ email: JENNY, properties: { teamSize: 3, isPartner: true, team: 'Blue' } });
      await loops.sendEvent({ email: JENNY, eventName: 'signup', eventProperties: { seats: 5, since: '2026-03-01' } });
      const client = createBrowserClient(tillpost.url);
      client.jar.set(
        'tillpost_session',
        await openSession(tillpost.ctx, { tenant: LIVE, kind: 'full', previous: undefined }),
      );
      const { id } = await activate(tillpost, { ...SIGNUP, trigger: { ...SIGNUP.trigger, conditions: [] } });
      const fields = { ...fieldsOf(await (await client.get(`/workflows/${id}`)).text(), 'workflow-form') };
      const at = (n: number, field: string) => `trigger.conditions.${n}.${field}`;
      const chosen = { ...fields, 'trigger.source': 'api' };
      /** What the comparison of the first condition becomes, once this property is chosen. */
      const comparisonOf = async (property: string) => {
        const form = {
          ...chosen,
          [at(0, 'property')]: property,
          [at(0, 'operator')]: 'contains',
          [at(0, 'value')]: 'x',
        };
        const headers = { 'HX-Trigger-Name': at(0, 'property') };
        const page = await (await client.post(`/workflows/${id}/edit`, form, headers)).text();
        const [, options = ''] = /<select[^>]*name="trigger\.conditions\.0\.operator"[^>]*>(.*?)<\/select>/s.exec(
          page,
        )!;
        return {
          operator: /<option value="(\w+)" selected/.exec(options)?.[1],
          count: options.split('<option').length - 1,
          isWritten: page.includes(`name="${at(0, 'key')}"`),
        };
      };
      expect(await comparisonOf('event.seats')).toEqual({ operator: 'is', count: 8, isWritten: false });
      expect(await comparisonOf('event.since')).toEqual({ operator: 'before', count: 4, isWritten: false });
      expect(await comparisonOf('contact.properties.isPartner')).toMatchObject({ operator: 'is_true', count: 4 });
      expect(await comparisonOf('contact.properties.team')).toMatchObject({ operator: 'contains', count: 7 });
      expect(await comparisonOf('event.')).toMatchObject({ isWritten: true });
      const free = {
        ...chosen,
        [at(0, 'property')]: 'event.',
        [at(0, 'key')]: 'coupon',
        [at(0, 'operator')]: 'starts_with',
        [at(0, 'value')]: 'SPRING',
        [at(1, 'property')]: 'contact.properties.teamSize',
        [at(1, 'operator')]: 'greater',
        [at(1, 'value')]: '2',
        'exit_events.0.event': 'api.',
        'exit_events.0.api_event': ' bought ',
      };
      expect((await client.post(`/workflows/${id}`, { ...free, then: 'publish' })).status).toBe(303);
      const { definition } = await tillpost.call('workflows/read', { id }, { tenant: LIVE });
      expect(definition.trigger.conditions).toEqual([
        { property: 'event.coupon', operator: 'starts_with', value: 'SPRING' },
        { property: 'contact.properties.teamSize', operator: 'greater', value: 2 },
      ]);
      expect(definition.exit_events).toEqual([{ event: 'api.bought', match: 'contact' }]);
      const nameless = await client.post(`/workflows/${id}`, { ...free, [at(0, 'key')]: 'not a name' });
      expect(nameless.status).toBe(400);
      expect(await nameless.text()).toContain('A name has letters, digits and _ only');
      for (const coupon of ['SPRING10', 'AUTUMN10'])
        await loops.sendEvent({
          email: JENNY,
          eventName: 'signup',
          eventProperties: { seats: 1, plan: 'Pro', coupon },
        });
      await tillpost.worker.drain();
      expect((await tillpost.call('runs/list', {}, { tenant: LIVE })).data).toHaveLength(1);
    }));
});
