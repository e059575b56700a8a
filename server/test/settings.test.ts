/** Saving settings over the extension API: by part, and by revision. */
import { CHOICE_TYPES, type ChoiceType } from '../../shared/catalogue';
import { LIFECYCLE_TYPES } from '../../shared/lifecycle';
import { defaultSettings } from '../../shared/settings';
import { ofTenant } from '../db/tenant';
import { saveSettings } from '../settings/settings';
import { ENGINES } from './databases';
import { LIVE, startTillpost, TEST, type Tillpost } from './harness';

const SENDER = { from_name: 'Rocket Rides', reply_to: null, postal_address: null };
/** Types that the first release did not have. */
const NEWER: string[] = [
  'invoice.finalized',
  'invoice.payment_action_required',
  'invoice.overdue',
  'checkout.session.expired',
  'charge.refunded',
  'payment_method.automatically_updated',
  ...LIFECYCLE_TYPES,
];
const CONFLICT = { status_code: 409, error: { code: 'conflict', param: 'revision' } };

describe.each(ENGINES)('settings on %s', (engine) => {
  let tillpost: Tillpost;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    for (const tenant of [TEST, LIVE]) await tillpost.connect(tenant);
  });
  afterAll(() => tillpost.close());

  const read = () => tillpost.call('settings/read');
  const save = (settings: object) => tillpost.call('settings/save', { settings });

  it('have revision 0 until they are saved, and one more with every save', async () => {
    const live = { tenant: LIVE };
    expect(await tillpost.call('settings/read', {}, live)).toMatchObject({ revision: 0, only_while_unknown: 'hold' });
    for (const revision of [0, 1])
      expect(await tillpost.call('settings/save', { settings: { revision } }, live)).toMatchObject({
        status_code: 200,
        revision: revision + 1,
      });
    expect(await tillpost.call('settings/read', {}, live)).toEqual({
      ...defaultSettings(),
      revision: 2,
      status_code: 200,
    });
  });

  it('refuse a stale save and keep what was saved meanwhile', async () => {
    const stale = await read();
    await saveSettings(tillpost.db, TEST, { ...defaultSettings(), sender: SENDER }, tillpost.clock.now());
    const before = await read();
    expect(before.revision).toBe(stale.revision + 1);
    expect(await save({ revision: stale.revision, locale: 'de-DE' })).toMatchObject(CONFLICT);
    expect(await save({ revision: before.revision + 1, locale: 'de-DE' })).toMatchObject(CONFLICT);
    expect(await read()).toEqual(before);
  });

  it('take the last writer’s word when a client sends no revision', async () => {
    const { revision } = await save({ timezone: 'UTC' });
    const { revision: _revision, ...all } = defaultSettings();
    expect(await save({ ...all, timezone: 'Europe/Berlin' })).toMatchObject({
      status_code: 200,
      revision: revision + 1,
      timezone: 'Europe/Berlin',
    });
  });

  it('keep the sections and the types of events that a save leaves out', async () => {
    const on = { ...defaultSettings().events['invoice.paid'], enabled: true };
    const track = { clicks: true, transactional: true };
    const rest = { locale: 'de-DE', only_while_unknown: 'send', test_recipients: ['me@example.com'] };
    const chosen = { sender: SENDER, track, ...rest };
    await save({ ...chosen, events: { 'invoice.paid': on, 'customer.deleted': on } });
    const before = await read();
    const change = { consent: 'transactional_only', events: { 'invoice.paid': { ...on, user_group: 'VIP' } } } as const;
    const saved = await save({ ...change, revision: before.revision });
    expect(saved).toEqual({
      ...before,
      ...change,
      events: { ...before.events, ...change.events },
      revision: before.revision + 1,
    });
    expect(saved).toMatchObject(chosen);
    expect(saved.events['customer.deleted'].enabled).toBe(true);
    expect(Object.keys(saved.events)).toHaveLength(CHOICE_TYPES.length);
    expect(await read()).toEqual(saved);
  });

  it('of an earlier release have the defaults for the types that it did not know', async () => {
    await save({ locale: 'fr-FR' });
    const { events, ...sections } = { ...defaultSettings(), locale: 'de-DE' };
    const known = Object.entries(events).filter(([type]) => !NEWER.includes(type));
    const on = known.map(([type, choice]) => [type, { ...choice, enabled: true }] as const);
    const settings = JSON.stringify({ ...sections, events: Object.fromEntries(on) });
    await tillpost.db.updateTable('setting').set({ settings }).where(ofTenant(TEST)).execute();
    const upgraded = await read();
    expect(Object.keys(upgraded.events)).toEqual([...CHOICE_TYPES]);
    expect(upgraded).toMatchObject({ locale: 'de-DE', events: { 'invoice.paid': { enabled: true } } });
    for (const type of NEWER)
      expect(upgraded.events[type as ChoiceType]).toEqual(defaultSettings().events['charge.refunded']);
    const saved = await save({
      events: { 'charge.refunded': { ...events['charge.refunded'], user_group: 'Refunded' } },
    });
    expect(saved.events).toMatchObject({
      'charge.refunded': { enabled: false, user_group: 'Refunded' },
      'invoice.paid': { enabled: true },
    });
  });

  it.each([
    ['that were saved before', TEST],
    ['that were never saved', { accountId: 'acct_new', livemode: false }],
  ])('%s let one of several win who save the same revision at once', async (_what, tenant) => {
    await tillpost.connect(tenant);
    const { revision } = await tillpost.call('settings/read', {}, { tenant });
    const names = ['Ann', 'Ben', 'Cem', 'Dee', 'Eva'];
    const answers = await Promise.all(
      names.map((from_name) =>
        tillpost.call('settings/save', { settings: { revision, sender: { ...SENDER, from_name } } }, { tenant }),
      ),
    );
    expect(answers.map((answer) => answer.status_code).sort()).toEqual([200, 409, 409, 409, 409]);
    const winner = answers.find((answer) => answer.status_code === 200);
    expect(await tillpost.call('settings/read', {}, { tenant })).toEqual(winner);
    expect(winner?.revision).toBe(revision + 1);
  });

  it('lose nothing when several save different parts at once without a revision', async () => {
    const { revision } = await read();
    await Promise.all([save({ locale: 'fr-FR' }), save({ timezone: 'Asia/Tokyo' }), save({ sender: SENDER })]);
    expect(await read()).toMatchObject({
      locale: 'fr-FR',
      timezone: 'Asia/Tokyo',
      sender: SENDER,
      revision: revision + 3,
    });
  });

  it.each([
    ['a key that is not known', { colour: 'red' }, 'settings'],
    ['a type that is not known', { events: { 'invoice.lost': {} } }, 'settings.events'],
    ['an option that is not known', { sender: { ...SENDER, bcc: null } }, 'settings.sender'],
    ['half a section', { sender: { from_name: 'Acme' } }, 'settings.sender.reply_to'],
    [
      'half an event',
      { events: { 'invoice.paid': { enabled: true } } },
      'settings.events.invoice.paid.trigger_workflows',
    ],
    ['events that are none', { events: null }, 'settings.events'],
    ['a revision that is no number', { revision: '1' }, 'settings.revision'],
    ['a negative revision', { revision: -1 }, 'settings.revision'],
    ['another choice', { only_while_unknown: 'maybe' }, 'settings.only_while_unknown'],
    ['a text for a switch', { track: { clicks: 'yes' } }, 'settings.track.clicks'],
    ['opens, which are not counted', { track: { clicks: true, opens: true } }, 'settings.track'],
    ['a list', [], 'settings'],
  ])('refuse %s and save nothing', async (_what, settings, param) => {
    const before = await read();
    expect(await save(settings)).toMatchObject({ status_code: 400, error: { code: 'invalid_request', param } });
    expect(await read()).toEqual(before);
  });
});
