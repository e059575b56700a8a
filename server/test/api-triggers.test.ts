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
});
