/** What programs bring by accident is put right: contact properties deleted, events forgotten, full lists make room. */
import { MOST_API_EVENTS } from '../../shared/api-events';
import { MOST_CONTACT_PROPERTIES } from '../../shared/contact-properties';
import { insertNew } from '../db/bulk';
import { transact } from '../db/transact';
import { openSession } from '../installs/sessions';
import type { Tenant } from '../db/tenant';
import { clientOf, newKey, request, withApi } from './api-rig';
import { createBrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { LIVE, TEST, type Tillpost } from './harness';

const PAGE = '/settings/properties';
const JENNY = 'jenny@example.com';

async function signIn({ ctx, url }: Tillpost, tenant: Tenant = TEST, kind: 'full' | 'dashboard' = 'full') {
  const client = createBrowserClient(url);
  client.jar.set('tillpost_session', await openSession(ctx, { tenant, kind, previous: undefined }));
  const csrf_token = await client.csrfToken('/settings/stripe');
  const post = (path: string, name: string) => client.post(PAGE + path, { csrf_token, name });
  return { client, post, page: async () => (await client.get(PAGE)).text() };
}

/** A draft, with a condition of its trigger and a subject. */
const draft = ({ call }: Tillpost, subject: string, event = 'signup') =>
  call('workflows/create', {
    definition: {
      name: 'Welcome',
      trigger: { source: 'api', event, conditions: [] },
      steps: [{ id: 'mail', kind: 'email', email: { kind: 'transactional', subject, preview_text: '', body: 'Hi' } }],
    } as never,
  });

describe.each(ENGINES)('on %s', (engine) => {
  it('a property that was given the wrong type is deleted, and made anew with another', () =>
    withApi({ engine }, async (tillpost) => {
      const loops = await clientOf(tillpost);
      await loops.createContact({ email: JENNY, properties: { score: '5', Score: 'kept', score_1: 'kept' } });
      await loops.createContact({ email: 'other@example.com', properties: { score: '6' } });
      await loops.createContact({ email: 'none@example.com' });
      const other = await clientOf(tillpost, LIVE);
      await other.createContact({ email: JENNY, properties: { score: '7' } });
      const key = await newKey(tillpost);
      const write = (score: unknown) =>
        request(tillpost, '/contacts/update', { key, method: 'PUT', body: { email: JENNY, score } });
      expect((await write(5)).body.message).toBe('score: must be text of at most 1000 characters');
      const { post, page } = await signIn(tillpost);
      expect(await page()).toMatch(/<code>score<\/code>.*?Text.*?>2</s);
      const done = await post('/delete', 'score');
      expect(done.headers.get('location')).toMatch(/^\/audience\/jobs\/job_/);
      // Before the work is over it is a number already; what a program writes meanwhile stays.
      expect((await write(5)).status).toBe(200);
      await tillpost.worker.drain();
      expect(await loops.listContactProperties('custom')).toEqual(
        expect.arrayContaining([{ key: 'score', label: 'Score', type: 'number' }]),
      );
      expect((await loops.findContact({ email: JENNY }))[0]).toMatchObject({
        score: 5,
        Score: 'kept',
        score_1: 'kept',
      });
      expect((await loops.findContact({ email: 'other@example.com' }))[0]).toMatchObject({ score: null });
      expect((await other.findContact({ email: JENNY }))[0]).toMatchObject({ score: '7' });
      const { client } = await signIn(tillpost);
      const job = await (await client.get(done.headers.get('location')!)).text();
      expect(job).toContain('Delete a contact property');
      expect(job).toMatch(/Taken from<\/dt><dd>[^<]*(<[^>]*>)?1/);
    }));

  it('a property that a workflow uses stays, in a draft as well', () =>
    withApi({ engine }, async (tillpost) => {
      const loops = await clientOf(tillpost);
      await loops.createContact({ email: JENNY, properties: { team: 'red', tea: 'green' } });
      await draft(tillpost, '{{ contact.properties.team }}');
      const { post, page } = await signIn(tillpost);
      expect((await post('/delete', 'team')).status).toBe(409);
      expect((await page()).match(/Delete…/g)).toHaveLength(1);
      expect((await post('/delete', 'tea')).status).toBe(303);
      await tillpost.worker.drain();
      expect((await loops.findContact({ email: JENNY }))[0]).toMatchObject({ team: 'red' });
      expect(JSON.stringify(await loops.findContact({ email: JENNY }))).not.toContain('green');
    }));

  it('more events than are kept take the place of the one not seen for longest that no workflow uses', () =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      const loops = await clientOf(tillpost);
      const send = (eventName: string) => loops.sendEvent({ email: JENNY, eventName, eventProperties: { n: 1 } });
      await send('used');
      await send('rare');
      await draft(tillpost, 'Hi', 'used');
      clock.advance(2 * 60 * 60_000);
      const columns = { account_id: TEST.accountId, livemode: 0, properties: '{}', created_at: 1 } as const;
      const seenAt = clock.now();
      for (let n = 2; n < MOST_API_EVENTS; n++)
        await db
          .insertInto('api_event')
          .values({ ...columns, name: `n${n}`, last_seen_at: n === 3 ? seenAt - 1 : seenAt })
          .execute();
      const names = async () => (await db.selectFrom('api_event').select('name').execute()).map(({ name }) => name);
      clock.advance(2 * 60 * 60_000);
      await send('fresh');
      expect(await names()).toHaveLength(MOST_API_EVENTS);
      expect(await names()).toEqual(expect.arrayContaining(['used', 'fresh']));
      expect(await names()).not.toContain('rare');
      // One that came again counts as seen then.
      await send('n2');
      await send('fresher');
      expect(await names()).toContain('n2');
      expect(await names()).not.toContain('n3');
      expect(await (await signIn(tillpost)).page()).toContain('200 names are known, as many as are kept');
    }));
});

describe('the page of properties and events', () => {
  it('says that there are as many properties as there may be before one more is refused', () =>
    withApi({}, async (tillpost) => {
      const loops = await clientOf(tillpost);
      await loops.createContactProperty('first', 'string');
      const columns = { account_id: TEST.accountId, livemode: 0, type: 'string', created_at: 1 } as const;
      const others = Array.from({ length: MOST_CONTACT_PROPERTIES - 2 }, (_, n) => ({ ...columns, name: `n${n}` }));
      await transact(tillpost.db, (trx) => insertNew(trx, 'contact_property', others));
      const { post, page } = await signIn(tillpost);
      const full = 'There are 200 contact properties, as many as there may be';
      expect(await page()).not.toContain(full);
      await loops.createContactProperty('last', 'string');
      expect(await page()).toContain(full);
      const key = await newKey(tillpost);
      const write = (name: string) =>
        request(tillpost, '/contacts/update', { key, method: 'PUT', body: { email: JENNY, [name]: 'x' } });
      expect((await write('oneMore')).body.message).toBe('oneMore: there may be at most 200 contact properties');
      await post('/delete', 'first');
      expect(await page()).not.toContain(full);
      expect((await write('oneMore')).status).toBe(200);
    }));

  it('forgets an event, whose types are learned anew', () =>
    withApi({}, async (tillpost) => {
      const loops = await clientOf(tillpost);
      const learned = () => tillpost.db.selectFrom('api_event').select(['name', 'properties']).execute();
      const send = (seats: number | string) =>
        loops.sendEvent({ email: JENNY, eventName: 'a "b" <i>', eventProperties: { seats } });
      await send('5');
      await send(5);
      expect(await learned()).toEqual([{ name: 'a "b" <i>', properties: '{"seats":"any"}' }]);
      const { post, page } = await signIn(tillpost);
      expect(await page()).toContain('a &quot;b&quot; &lt;i&gt;');
      expect((await post('/forget', 'a "b" <i>')).status).toBe(303);
      expect(await learned()).toEqual([]);
      await send(5);
      expect(await learned()).toMatchObject([{ properties: '{"seats":"number"}' }]);
    }));

  it('changes nothing without a token, a full session, or of another account', () =>
    withApi({}, async (tillpost) => {
      const loops = await clientOf(tillpost);
      await loops.sendEvent({ email: JENNY, eventName: 'signup', contactProperties: { team: 'red' } });
      const { client } = await signIn(tillpost);
      const limited = await signIn(tillpost, TEST, 'dashboard');
      const other = await signIn(tillpost, LIVE);
      for (const [path, name] of [
        ['/delete', 'team'],
        ['/forget', 'signup'],
      ] as const) {
        expect((await client.post(PAGE + path, { csrf_token: '', name })).status).toBe(403);
        expect((await limited.post(path, name)).status).toBe(403);
        expect((await other.post(path, name)).status).toBe(404);
      }
      expect(await limited.page()).not.toContain('Delete…');
      expect(await other.page()).toContain('No contact properties yet');
      await tillpost.worker.drain();
      expect((await loops.findContact({ email: JENNY }))[0]).toMatchObject({ team: 'red' });
      expect(await tillpost.db.selectFrom('api_event').select('name').execute()).toEqual([{ name: 'signup' }]);
    }));
});
