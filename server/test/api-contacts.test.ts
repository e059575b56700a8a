/** Contacts through the API, by Loops' own client over a socket. */
import { APIError, RateLimitExceededError } from 'loops';
import { changeConsent } from '../audience/consent';
import { findContactByEmail } from '../audience/contacts';
import { changeMembership, createList, deleteList, findMemberships } from '../audience/mailing-lists';
import { findSuppression, suppressAddress } from '../audience/suppressions';
import { transact } from '../db/transact';
import { revokeApiKey, listApiKeys } from '../installs/api-keys';
import { disconnect } from '../lifecycle/disconnect';
import { eraseInstall } from '../lifecycle/erase';
import { clientOf, newKey, request, withApi } from './api-rig';
import { ENGINES } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, LIVE, TEST, type Tillpost } from './harness';

const JENNY = 'jenny@example.com';

const failure = async (work: Promise<unknown>): Promise<APIError> => {
  const error: unknown = await work.then(
    () => undefined,
    (one: unknown) => one,
  );
  if (!(error instanceof APIError)) throw new Error(`no APIError: ${String(error)}`);
  return error;
};

const newList = ({ db, clock }: Tillpost, name: string, is_public = true) =>
  transact(db, (trx) => createList(trx, TEST, { name, is_public }, clock.now()));

const leave = ({ db, clock }: Tillpost, contactId: string) =>
  transact(db, (trx) =>
    changeConsent(trx, TEST, contactId, { status: 'unsubscribed', cause: 'preferences' }, clock.now()),
  );

const leaveList = ({ db, clock }: Tillpost, contactId: string, listId: string) =>
  transact(db, (trx) =>
    changeMembership(trx, TEST, contactId, { listId, isMember: false, by: 'contact' }, clock.now()),
  );

describe.each(ENGINES)('on %s Loops’ client', (engine) => {
  it('creates, finds, updates and deletes a contact', () =>
    withApi({ engine }, async (tillpost) => {
      const loops = await clientOf(tillpost);
      expect(await loops.testApiKey()).toEqual({ success: true, teamName: 'Test account' });
      const { id } = await loops.createContact({
        email: ' Jenny@Example.com ',
        properties: { firstName: 'Jenny', lastName: 'Rosen', userId: 'u_1', userGroup: 'Beta', source: 'Signup' },
      });
      const jenny = {
        id,
        email: JENNY,
        firstName: 'Jenny',
        lastName: 'Rosen',
        source: 'Signup',
        subscribed: true,
        userGroup: 'Beta',
        userId: 'u_1',
        mailingLists: {},
        optInStatus: null,
      };
      expect(await loops.findContact({ email: JENNY })).toEqual([jenny]);
      expect(await loops.findContact({ userId: 'u_1' })).toEqual([jenny]);
      expect(await loops.findContact({ email: 'nobody@example.com' })).toEqual([]);

      expect((await failure(loops.createContact({ email: JENNY }))).statusCode).toBe(409);
      expect(
        (await failure(loops.createContact({ email: 'a@example.com', properties: { userId: 'u_1' } }))).json,
      ).toEqual({
        success: false,
        message: 'Email or userId is already on list.',
      });

      expect(await loops.updateContact({ email: JENNY, properties: { firstName: null, userGroup: '' } })).toEqual({
        success: true,
        id,
      });
      const renamed = { userId: 'u_1', email: 'jenny@new.example' };
      expect(await loops.updateContact(renamed)).toEqual({ success: true, id });
      expect(await loops.findContact({ userId: 'u_1' })).toEqual([
        { ...jenny, firstName: null, userGroup: '', email: 'jenny@new.example' },
      ]);
      const made = await loops.updateContact({ email: 'new@example.com', properties: { subscribed: false } });
      expect(await loops.findContact({ email: 'new@example.com' })).toMatchObject([
        { id: made.id, subscribed: false, source: 'API' },
      ]);
      expect((await failure(loops.updateContact({ userId: 'u_1', email: 'new@example.com' }))).statusCode).toBe(409);

      expect(await loops.deleteContact({ userId: 'u_1' })).toEqual({ success: true, message: 'Contact deleted.' });
      expect(await failure(loops.deleteContact({ userId: 'u_1' }))).toMatchObject({
        statusCode: 404,
        json: { success: false, message: 'Contact not found.' },
      });
    }));

  it('gives contacts properties of each type', () =>
    withApi({ engine }, async (tillpost) => {
      const loops = await clientOf(tillpost);
      await loops.createContactProperty('planName', 'string');
      await loops.createContactProperty('seats', 'number');
      await loops.createContactProperty('isAdmin', 'boolean');
      await loops.createContactProperty('renewsOn', 'date');
      expect((await failure(loops.createContactProperty('seats', 'number'))).statusCode).toBe(409);
      expect((await failure(loops.createContactProperty('firstName', 'string'))).json).toEqual({
        success: false,
        message: 'name: is a name that is taken',
      });
      const properties = { planName: 'Pro', seats: 5, isAdmin: true, renewsOn: '2026-04-01', likes: 'tea' };
      await loops.createContact({ email: JENNY, properties });
      const [jenny] = await loops.findContact({ email: JENNY });
      expect(jenny).toMatchObject({ ...properties, renewsOn: '2026-04-01T00:00:00.000Z' });
      await loops.updateContact({ email: JENNY, properties: { seats: null, renewsOn: Date.UTC(2027, 0, 1) } });
      expect((await loops.findContact({ email: JENNY }))[0]).toMatchObject({
        planName: 'Pro',
        seats: null,
        renewsOn: '2027-01-01T00:00:00.000Z',
      });
      for (const [name, value, expected] of [
        ['seats', 'five', 'seats: must be a number'],
        ['isAdmin', 'yes', 'isAdmin: must be true or false'],
        ['planName', 5, 'planName: must be text of at most 1000 characters'],
        ['renewsOn', 'soon', /^renewsOn: must be a date/],
        ['not-a-name', 'x', /^not-a-name: must be a name of letters/],
        ['__proto__x', 'x', /^__proto__x: must be a name of letters/],
        ['constructor', 'x', 'constructor: is a name that is taken'],
      ] as const) {
        const { statusCode, json } = await failure(
          loops.updateContact({ email: JENNY, properties: { [name]: value } }),
        );
        expect([statusCode, (json as { message: string }).message]).toEqual([
          400,
          typeof expected === 'string' ? expected : (expect.stringMatching(expected) as string),
        ]);
      }
      expect(await loops.listContactProperties('custom')).toEqual([
        { key: 'planName', label: 'Plan name', type: 'string' },
        { key: 'seats', label: 'Seats', type: 'number' },
        { key: 'isAdmin', label: 'Is admin', type: 'boolean' },
        { key: 'renewsOn', label: 'Renews on', type: 'date' },
        { key: 'likes', label: 'Likes', type: 'string' },
      ]);
      expect((await loops.listContactProperties()).map(({ key }) => key)).toEqual(
        expect.arrayContaining(['email', 'userId', 'seats']),
      );
    }));

  it('puts contacts on mailing lists, and back on none that they left themselves', () =>
    withApi({ engine }, async (tillpost) => {
      const loops = await clientOf(tillpost);
      const news = await newList(tillpost, 'News');
      const beta = await newList(tillpost, 'Beta', false);
      expect(await loops.listMailingLists()).toEqual([
        { id: news, name: 'News', description: null, isPublic: true },
        { id: beta, name: 'Beta', description: null, isPublic: false },
      ]);
      const { id } = await loops.createContact({ email: JENNY, mailingLists: { [news]: true, [beta]: true } });
      const lists = async () => (await loops.findContact({ email: JENNY }))[0]?.mailingLists;
      expect(await lists()).toEqual({ [news]: true, [beta]: true });
      await loops.updateContact({ email: JENNY, mailingLists: { [beta]: false } });
      expect(await lists()).toEqual({ [news]: true });
      await loops.updateContact({ email: JENNY, mailingLists: { [beta]: true } });
      expect(await lists()).toEqual({ [news]: true, [beta]: true });
      await leaveList(tillpost, id, news);
      expect(await loops.updateContact({ email: JENNY, mailingLists: { [news]: true } })).toEqual({
        success: true,
        id,
        message: `The contact stays off the mailing list ${news}: they have left it by a link of their own.`,
      });
      expect(await lists()).toEqual({ [beta]: true });
      const unknown = await failure(loops.updateContact({ email: JENNY, mailingLists: { lst_none: true } }));
      expect(unknown).toMatchObject({
        statusCode: 400,
        message: '400 - mailingLists.lst_none: there is no such mailing list',
      });
    }));

  it('puts nobody back on a list that they left after it took them off', () =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      const loops = await clientOf(tillpost);
      const news = await newList(tillpost, 'News');
      const { id } = await loops.createContact({ email: JENNY, mailingLists: { [news]: true } });
      await loops.updateContact({ email: JENNY, mailingLists: { [news]: false } });
      await leaveList(tillpost, id, news);
      // That it is taken off once more takes nothing from it.
      await loops.updateContact({ email: JENNY, mailingLists: { [news]: false } });
      expect(await findMemberships(db, TEST, id)).toMatchObject([{ is_member: 0, changed_by: 'contact' }]);
      expect(await loops.updateContact({ email: JENNY, mailingLists: { [news]: true } })).toMatchObject({
        message: expect.stringMatching(/^The contact stays off/) as string,
      });
      await transact(db, (trx) =>
        changeMembership(trx, TEST, id, { listId: news, isMember: true, by: 'contact' }, clock.now()),
      );
      expect((await loops.findContact({ email: JENNY }))[0]?.mailingLists).toEqual({ [news]: true });
    }));

  it('puts nobody back on a list that a contact merged into theirs had left', () =>
    withApi({ engine }, async (tillpost) => {
      await tillpost.enable();
      const loops = await clientOf(tillpost);
      const news = await newList(tillpost, 'News');
      for (const email of ['old@example.com', JENNY]) {
        await loops.createContact({ email, mailingLists: { [news]: true } });
        await loops.updateContact({ email, mailingLists: { [news]: false } });
      }
      await leaveList(tillpost, (await loops.findContact({ email: 'old@example.com' }))[0]!.id, news);
      for (const [type, email] of [
        ['customer.created', 'old@example.com'],
        ['customer.updated', JENNY],
      ] as const) {
        const created = Math.floor(tillpost.clock.now() / 1000);
        await tillpost.deliver(fixtureEvent(type, { account: ACCOUNT, created, object: { id: 'cus_1', email } }));
        await tillpost.worker.drain();
        tillpost.clock.advance(2_000);
      }
      expect(await loops.findContact({ email: 'old@example.com' })).toEqual([]);
      expect(await loops.updateContact({ email: JENNY, mailingLists: { [news]: true } })).toMatchObject({
        message: expect.stringMatching(/^The contact stays off/) as string,
      });
    }));

  it('puts nobody back on a list that they left before their deletion', () =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock, ctx } = tillpost;
      const loops = await clientOf(tillpost);
      const [news, beta] = [await newList(tillpost, 'News'), await newList(tillpost, 'Beta')];
      const both = { email: JENNY, mailingLists: { [news]: true, [beta]: true } };
      const { id } = await loops.createContact(both);
      await leaveList(tillpost, id, news);
      await loops.deleteContact({ email: JENNY });
      const again = await loops.createContact(both);
      expect(again).toMatchObject({ message: expect.stringContaining(`stays off the mailing list ${news}`) as string });
      const lists = async () => (await loops.findContact({ email: JENNY }))[0]?.mailingLists;
      expect(await lists()).toEqual({ [beta]: true });
      // By a link of their own they come back, and then it is forgotten.
      await transact(db, (trx) =>
        changeMembership(trx, TEST, again.id, { listId: news, isMember: true, by: 'contact' }, clock.now()),
      );
      await loops.deleteContact({ email: JENNY });
      const { id: third } = await loops.createContact(both);
      expect(await lists()).toEqual({ [news]: true, [beta]: true });
      // It goes with the list, and with the install.
      const kept = () => db.selectFrom('list_left').select('list_id').orderBy('list_id').execute();
      await leaveList(tillpost, third, news);
      await leaveList(tillpost, third, beta);
      await loops.deleteContact({ email: JENNY });
      expect(await kept()).toHaveLength(2);
      expect(JSON.stringify(await db.selectFrom('list_left').selectAll().execute())).not.toContain('@');
      await transact(db, (trx) => deleteList(trx, TEST, news));
      expect(await kept()).toEqual([{ list_id: beta }]);
      await eraseInstall(ctx, TEST);
      await tillpost.worker.drain();
      expect(await kept()).toEqual([]);
    }));

  it('subscribes nobody who has left, not even after their deletion', () =>
    withApi({ engine }, async (tillpost) => {
      const loops = await clientOf(tillpost);
      const { id } = await loops.createContact({ email: JENNY });
      await leave(tillpost, id);
      const message = expect.stringMatching(/^The contact stays unsubscribed/) as string;
      const subscribed = { email: JENNY, properties: { subscribed: true } };
      expect(await loops.updateContact(subscribed)).toEqual({ success: true, id, message });
      expect((await loops.findContact({ email: JENNY }))[0]?.subscribed).toBe(false);
      await loops.deleteContact({ email: JENNY });
      expect(await loops.createContact(subscribed)).toMatchObject({ message });
      expect((await loops.findContact({ email: JENNY }))[0]?.subscribed).toBe(false);
      // Who was only never asked may be.
      await loops.createContact({ email: 'new@example.com', properties: { subscribed: false } });
      await loops.updateContact({ email: 'new@example.com', properties: { subscribed: true } });
      expect((await loops.findContact({ email: 'new@example.com' }))[0]?.subscribed).toBe(true);
    }));

  it('lifts a bounce, but no unsubscription', () =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      const loops = await clientOf(tillpost);
      const { id } = await loops.createContact({ email: JENNY, properties: { userId: 'u_1' } });
      const contact = { id, email: JENNY, userId: 'u_1' };
      const quota = { limit: expect.any(Number) as number, remaining: expect.any(Number) as number };
      const answer = { contact, isSuppressed: false, removalQuota: quota };
      expect(await loops.checkContactSuppression({ email: JENNY })).toEqual(answer);
      await leave(tillpost, id);
      await suppressAddress(db, TEST, JENNY, { scope: 'all', reason: 'bounced', now: clock.now() });
      expect(await loops.checkContactSuppression({ userId: 'u_1' })).toEqual({ ...answer, isSuppressed: true });
      expect(await loops.removeContactSuppression({ userId: 'u_1' })).toMatchObject({ success: true });
      expect(await findSuppression(db, TEST, JENNY)).toBeUndefined();
      expect(await findContactByEmail(db, TEST, JENNY)).toMatchObject({ status: 'unsubscribed' });
      expect((await failure(loops.removeContactSuppression({ userId: 'u_1' }))).statusCode).toBe(400);
      expect((await failure(loops.checkContactSuppression({ email: 'no@example.com' }))).statusCode).toBe(404);
    }));

  it.each([
    ['a contact whose mail came back afterwards', true],
    ['an address without a contact, whose mail came back', false],
  ])('brings back nobody who has left by lifting a bounce: %s', (_which, isBefore) =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      const loops = await clientOf(tillpost);
      const bounce = () => suppressAddress(db, TEST, JENNY, { scope: 'all', reason: 'bounced', now: clock.now() });
      await leave(tillpost, (await loops.createContact({ email: JENNY })).id);
      if (isBefore) await bounce();
      await loops.deleteContact({ email: JENNY });
      if (!isBefore) await bounce();
      const subscribed = { email: JENNY, properties: { subscribed: true } };
      const isSubscribed = async () => (await loops.findContact({ email: JENNY }))[0]?.subscribed;
      await loops.createContact(subscribed);
      expect(await isSubscribed()).toBe(false);
      expect((await loops.checkContactSuppression({ email: JENNY })).isSuppressed).toBe(true);
      await loops.removeContactSuppression({ email: JENNY });
      expect((await loops.checkContactSuppression({ email: JENNY })).isSuppressed).toBe(false);
      expect(await findSuppression(db, TEST, JENNY)).toMatchObject({ scope: 'marketing', reason: 'unsubscribed' });
      await loops.updateContact(subscribed);
      expect(await isSubscribed()).toBe(false);
      // Nor by an address that another contact gets.
      await loops.deleteContact({ email: JENNY });
      await bounce();
      await loops.createContact({ email: 'other@example.com', properties: { userId: 'u_1' } });
      await loops.updateContact({ email: JENNY, properties: { userId: 'u_1', subscribed: true } });
      expect(await isSubscribed()).toBe(false);
    }),
  );

  it('lifts a bounce whole where the owner has come back meanwhile', () =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      const loops = await clientOf(tillpost);
      const { id } = await loops.createContact({ email: JENNY });
      for (const scope of ['marketing', 'all'] as const)
        await suppressAddress(db, TEST, JENNY, { scope, reason: 'x', now: clock.now() });
      await transact(db, (trx) =>
        changeConsent(trx, TEST, id, { status: 'subscribed', cause: 'preferences' }, clock.now()),
      );
      expect(await findSuppression(db, TEST, JENNY)).toMatchObject({ scope: 'all', hasLeft: false });
      await loops.removeContactSuppression({ email: JENNY });
      expect(await findSuppression(db, TEST, JENNY)).toBeUndefined();
    }));

  it.each(['API', 'Stripe', 'a merge'])('leaves an unsubscription with the address when %s gives another', (by) =>
    withApi({ engine }, async (tillpost) => {
      await tillpost.enable();
      const loops = await clientOf(tillpost);
      const says = async (type: 'customer.created' | 'customer.updated', email: string) => {
        const created = Math.floor(tillpost.clock.now() / 1000);
        await tillpost.deliver(fixtureEvent(type, { account: ACCOUNT, created, object: { id: 'cus_1', email } }));
        await tillpost.worker.drain();
        tillpost.clock.advance(2_000);
      };
      await says('customer.created', JENNY);
      const { id } = await loops.updateContact({ email: JENNY, properties: { userId: 'u_1' } });
      await leave(tillpost, id);
      if (by === 'a merge') await loops.createContact({ email: 'new@example.com' });
      if (by === 'API') await loops.updateContact({ email: 'new@example.com', properties: { userId: 'u_1' } });
      else await says('customer.updated', 'new@example.com');
      expect(await loops.findContact({ email: JENNY })).toEqual([]);
      expect((await loops.findContact({ userId: 'u_1' }))[0]).toMatchObject({
        email: 'new@example.com',
        subscribed: false,
      });
      await loops.createContact({ email: JENNY, properties: { subscribed: true } });
      expect((await loops.findContact({ email: JENNY }))[0]?.subscribed).toBe(false);
    }),
  );

  it('logs events with their contact, once by their Idempotency-Key', () =>
    withApi({ engine }, async (tillpost) => {
      const loops = await clientOf(tillpost);
      const signup = {
        email: JENNY,
        eventName: 'signup',
        contactProperties: { plan: 'Pro', firstName: 'Jenny' },
        eventProperties: { seats: 5, isTrial: true, from: 'ad' },
      };
      const headers = { 'Idempotency-Key': 'key-1' };
      expect(await loops.sendEvent({ ...signup, headers })).toEqual({ success: true });
      expect(await loops.sendEvent({ ...signup, headers })).toEqual({ success: true });
      const other = await failure(loops.sendEvent({ ...signup, eventName: 'other', headers }));
      expect(other.json).toEqual({
        success: false,
        message: 'Idempotency key has been used in the previous 24 hours.',
      });
      expect(other.statusCode).toBe(409);
      await tillpost.worker.drain();
      const { data: events } = await tillpost.call('events/list', { type: 'api.signup' });
      expect(events).toMatchObject([{ type: 'api.signup', status: 'processed', email: JENNY }]);
      const event = await tillpost.call('events/read', { id: events[0]!.id });
      expect(event.payload).toMatchObject({ type: 'api.signup', data: { api: signup.eventProperties } });
      expect((await loops.findContact({ email: JENNY }))[0]).toMatchObject({ plan: 'Pro', firstName: 'Jenny' });
      tillpost.clock.advance(24 * 60 * 60_000);
      await loops.sendEvent({ ...signup, headers });
      expect((await tillpost.call('events/list', { type: 'api.signup' })).data).toHaveLength(2);
      await loops.deleteContact({ email: JENNY });
      expect((await tillpost.call('events/read', { id: events[0]!.id })).payload).toBeNull();
    }));

  it('finds the same contact as Stripe’s events, and properties go along when contacts merge', () =>
    withApi({ engine }, async (tillpost) => {
      await tillpost.enable();
      const loops = await clientOf(tillpost);
      const news = await newList(tillpost, 'News');
      await loops.createContact({
        email: 'old@example.com',
        properties: { userId: 'u_1', team: 'red', seats: 1 },
        mailingLists: { [news]: true },
      });
      await loops.createContact({ email: JENNY, properties: { seats: 2 } });
      for (const [n, email] of ['old@example.com', JENNY].entries()) {
        const type = n === 0 ? 'customer.created' : 'customer.updated';
        const created = Math.floor(tillpost.clock.now() / 1000);
        await tillpost.deliver(fixtureEvent(type, { account: ACCOUNT, created, object: { id: 'cus_1', email } }));
        await tillpost.worker.drain();
        tillpost.clock.advance(2_000);
      }
      expect(await loops.findContact({ userId: 'u_1' })).toMatchObject([
        { email: JENNY, team: 'red', seats: 2, mailingLists: { [news]: true } },
      ]);
      expect(await loops.findContact({ email: 'old@example.com' })).toEqual([]);
    }));
});

describe('a key', () => {
  it('is wanted, and names its install alone', () =>
    withApi({}, async (tillpost) => {
      const loops = await clientOf(tillpost, TEST);
      await loops.createContact({ email: JENNY, properties: { userId: 'u_1', plan: 'Pro' } });
      const live = await clientOf(tillpost, LIVE);
      expect(await live.findContact({ email: JENNY })).toEqual([]);
      expect(await live.findContact({ userId: 'u_1' })).toEqual([]);
      expect(await live.listContactProperties('custom')).toEqual([]);
      expect((await failure(live.deleteContact({ email: JENNY }))).statusCode).toBe(404);
      const list = await newList(tillpost, 'News');
      expect((await failure(live.createContact({ email: JENNY, mailingLists: { [list]: true } }))).statusCode).toBe(
        400,
      );

      const invalid = { success: false, message: 'Invalid API key' };
      const key = await newKey(tillpost);
      const altered = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
      for (const wrong of [undefined, 'x', altered, key.toUpperCase(), `${key}x`, "' or 1=1 --"]) {
        const answer = await request(tillpost, '/contacts/find?email=a@b.cc', { key: wrong });
        expect([answer.status, answer.body]).toEqual([401, invalid]);
      }
      const own = await request(tillpost, '/no-such-route');
      expect([own.status, own.body]).toEqual([401, { error: { code: 'unauthorized', message: 'Invalid API key' } }]);
      expect((await request(tillpost, '/no-such-route', { key })).status).toBe(404);
      expect((await request(tillpost, '/api-key', { key })).status).toBe(200);
      const [row] = await listApiKeys(tillpost.db, TEST);
      await revokeApiKey(tillpost.db, LIVE, row!.id);
      expect((await request(tillpost, '/api-key', { key })).status).toBe(200);
      await revokeApiKey(tillpost.db, TEST, row!.id);
      expect((await request(tillpost, '/api-key', { key })).status).toBe(401);
    }));

  it('is stored as a hash, and its use noted once a minute', () =>
    withApi({}, async (tillpost) => {
      const { db, clock } = tillpost;
      const key = await newKey(tillpost);
      const used = async () => (await listApiKeys(db, TEST))[0]!.last_used_at;
      expect(await used()).toBeNull();
      await request(tillpost, '/api-key', { key });
      const first = await used();
      clock.advance(40_000);
      await request(tillpost, '/api-key', { key });
      expect(await used()).toBe(first);
      clock.advance(21_000);
      await request(tillpost, '/api-key', { key });
      expect(await used()).toBeGreaterThanOrEqual(first! + 60_000);
      expect(JSON.stringify(await db.selectFrom('api_key').selectAll().execute())).not.toContain(key.slice(12));
    }));

  it('that may only read writes nothing', () =>
    withApi({}, async (tillpost) => {
      const reader = await clientOf(tillpost, TEST, 'read');
      expect(await reader.findContact({ email: JENNY })).toEqual([]);
      const error = await failure(reader.createContact({ email: JENNY }));
      expect([error.statusCode, error.json]).toEqual([
        403,
        { success: false, message: 'This key may only read. Make one with the scope write in Settings → API.' },
      ]);
      expect(await reader.findContact({ email: JENNY })).toEqual([]);
    }));

  it('opens nothing while its account is disconnected or not allowed any more', () =>
    withApi({}, async (tillpost) => {
      const key = await newKey(tillpost);
      await disconnect(tillpost.ctx, TEST);
      expect(await request(tillpost, '/api-key', { key })).toMatchObject({ status: 403 });
    }));

  it('makes ten requests in a second, each key for itself', () =>
    withApi({ env: { API_REQUESTS_PER_SECOND: '10' } }, async (tillpost) => {
      const loops = await clientOf(tillpost);
      const refused: unknown[] = [];
      // A busy machine may need longer than a second for the first of them.
      while (refused.length === 0) {
        const asked = await Promise.allSettled(Array.from({ length: 30 }, () => loops.testApiKey()));
        refused.push(...asked.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])));
      }
      for (const error of refused) expect(error).toBeInstanceOf(RateLimitExceededError);
      expect(refused[0]).toMatchObject({ limit: 10, remaining: 0 });
      const other = await request(tillpost, '/api-key', { key: await newKey(tillpost) });
      expect([
        other.status,
        other.headers.get('x-ratelimit-limit'),
        other.headers.get('x-ratelimit-remaining'),
      ]).toEqual([200, '10', '9']);
    }));
});

describe('what is sent to the API', () => {
  it.each<[string, unknown, string | RegExp]>([
    ['no JSON', '{', 'The body must be a JSON object.'],
    ['nothing', '', 'The body must be a JSON object.'],
    ['a list', [], 'The body must be a JSON object.'],
    ['endless nesting', '['.repeat(100_000), 'The body must be a JSON object.'],
    ['nesting in a property', { email: JENNY, a: { b: 1 } }, 'a: must be text, a number, true, false or null'],
    ['no address', {}, 'email: must be an email address'],
    ['two addresses', { email: 'a@example.com, b@example.com' }, 'email: must be an email address'],
    ['a header in an address', { email: 'a@example.com\r\nBcc: b@example.com' }, 'email: must be an email address'],
    [
      'a header in a name',
      { email: JENNY, firstName: 'A\r\nBcc: b' },
      'firstName: must not contain control characters',
    ],
    ['a status that is none', { email: JENNY, subscribed: 'yes' }, 'subscribed: must be true or false'],
    ['a field of ours', { email: JENNY, id: 'con_1' }, 'id: is a name that is taken'],
  ])('is refused where it is %s', (_what, body, message) =>
    withApi({}, async (tillpost) => {
      const key = await newKey(tillpost);
      const answer = await request(tillpost, '/contacts/create', { key, method: 'POST', body });
      const words = typeof message === 'string' ? message : (expect.stringMatching(message) as string);
      expect([answer.status, answer.body]).toEqual([400, { success: false, message: words }]);
      expect(await findContactByEmail(tillpost.db, TEST, JENNY)).toBeUndefined();
    }),
  );

  it('is refused by another method, with those that there are, in the shape of its route', () =>
    withApi({}, async (tillpost) => {
      const key = await newKey(tillpost, TEST, 'read');
      const ask = async (method: string, path: string) => {
        const { status, headers, body } = await request(tillpost, path, { key, method });
        return [status, headers.get('allow'), body];
      };
      const loops = (message: string) => ({ success: false, message });
      expect(await ask('GET', '/contacts/create')).toEqual([405, 'POST', loops('This route takes POST only.')]);
      const [, allowed] = await ask('PATCH', '/contacts/suppression');
      expect(allowed).toBe('GET, HEAD, DELETE');
      expect((await ask('DELETE', '/transactional-emails/tem_1'))[0]).toBe(405);
      const own = { code: 'method_not_allowed', message: 'This route takes GET, HEAD only.' };
      expect(await ask('POST', '/contacts')).toEqual([405, 'GET, HEAD', { error: own }]);
      expect((await request(tillpost, '/contacts/create')).status).toBe(401);
    }));

  it('is refused with the name of a field that is not known', () =>
    withApi({}, async (tillpost) => {
      const key = await newKey(tillpost);
      const body = { name: 'seats', type: 'number', zz: 1 };
      expect((await request(tillpost, '/contacts/properties', { key, method: 'POST', body })).body).toEqual({
        success: false,
        message: 'zz: is not a field that is known here',
      });
    }));

  it.each(['/api/', '/api', '/api/v1/', '/api/v1'])('arrives where the base address of Loops’ client is %s', (root) =>
    withApi({}, async (tillpost) => {
      const loops = await clientOf(tillpost);
      loops.apiRoot = tillpost.url + root;
      const { id } = await loops.createContact({ email: JENNY });
      expect(await loops.findContact({ email: JENNY })).toMatchObject([{ id }]);
    }),
  );

  it('is the same with its fields in another order', () =>
    withApi({}, async (tillpost) => {
      const key = await newKey(tillpost);
      const send = (body: string) =>
        request(tillpost, '/events/send', { key, method: 'POST', body, headers: { 'Idempotency-Key': 'one' } });
      const one = `{"email":"${JENNY}","eventName":"signup","b":1,"a":2,"eventProperties":{"seats":5,"plan":"Pro"}}`;
      const other = `{"eventProperties":{"plan":"Pro","seats":5},"a":2,"b":1,"eventName":"signup","email":"${JENNY}"}`;
      expect((await send(one)).status).toBe(200);
      expect((await send(other)).status).toBe(200);
      expect((await send(other.replace('5', '6'))).status).toBe(409);
      expect((await tillpost.call('events/list', { type: 'api.signup' })).data).toHaveLength(1);
    }));

  it('is refused where it is too large', () =>
    withApi({}, async (tillpost) => {
      const key = await newKey(tillpost);
      const body = { email: JENNY, firstName: 'a'.repeat(300_000) };
      expect(await request(tillpost, '/contacts/create', { key, method: 'POST', body })).toMatchObject({ status: 413 });
    }));

  it('is cleaned of what no database takes', () =>
    withApi({ engine: 'postgres' }, async (tillpost) => {
      const key = await newKey(tillpost);
      const body = `{"email":"${JENNY}","likes":"a\\u0000b\\ud800c"}`;
      expect(await request(tillpost, '/contacts/create', { key, method: 'POST', body })).toMatchObject({ status: 200 });
      const found = await request(tillpost, `/contacts/find?email=${JENNY}`, { key });
      expect(found.body).toMatchObject([{ likes: 'a\ufffdb\ufffdc' }]);
    }));
});
