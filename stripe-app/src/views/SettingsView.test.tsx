import { CATALOGUE, CHOICE_TYPES, isOwnType } from '../../../shared/catalogue';
import { settingsChangeSchema, type Settings, type SettingsChange } from '../../../shared/settings';
import { applyChange } from '../../../shared/settings-changes';
import { Refusal, type StubBackend, stubBackend, stubSilence } from '../../test/backend';
import { connected, context, list, notConnected, overview, saveOnto, settings, workflow } from '../../test/samples';
import { type Screen, show } from '../../test/screen';
import SettingsView from './SettingsView';

const showSettings = (...args: Parameters<typeof context>) => show(<SettingsView {...context(...args)} />);
const save = (screen: Screen) => screen.act('SettingsView', undefined, 'onSave', {});
const status = (screen: Screen) => screen.get('SettingsView').props.statusMessage;
const refuse =
  (...refusal: ConstructorParameters<typeof Refusal>) =>
  () => {
    throw new Refusal(...refusal);
  };

const savedBy = (backend: StubBackend) =>
  backend.askedFor('settings/save').map((body) => body.settings as SettingsChange);
const stored = connected()['settings/read'] as Settings;

test('waits with a spinner while the backend is asked', async () => {
  stubSilence();
  const screen = await showSettings();
  expect(screen.has('Spinner')).toBe(true);
  expect(screen.get('SettingsView').props.onSave).toBeUndefined();
});

test('says what to do when the backend is down, and tries again on demand', async () => {
  const backend = stubBackend({ ...connected(), overview: refuse(500, 'internal_error') });
  const screen = await showSettings();
  expect(screen.read()).toContain('Try again in a moment.');
  backend.reply({ overview: overview() });
  await screen.press('Try again');
  expect(screen.read()).toContain('Acme Inc.');
});

test('tries again when only the settings failed to load', async () => {
  const backend = stubBackend({ ...connected(), 'settings/read': refuse(500, 'internal_error') });
  const screen = await showSettings();
  expect(screen.read()).toContain('The settings didn’t load');
  backend.reply({ 'settings/read': settings() });
  await screen.press('Try again');
  expect(screen.read()).toContain(`0 of ${CHOICE_TYPES.length} on`);
});

test('offers Connect to Stripe for the mode in view while not connected', async () => {
  stubBackend({ overview: notConnected });
  const screen = await showSettings();
  expect(screen.get('Button', 'Connect to Stripe').props).toMatchObject({
    href: 'https://tillpost.example.com/connect?mode=test',
    target: '_blank',
  });
  expect(screen.read()).toContain('This connects test mode only.');
});

test('notices by itself that the merchant came back connected', async () => {
  jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick'] });
  try {
    const backend = stubBackend({ ...connected(), overview: notConnected });
    const screen = await showSettings();
    await screen.press('Connect to Stripe');
    backend.reply({ overview: overview() });
    await jest.advanceTimersByTimeAsync(3_000);
    await screen.settle();
    expect(screen.read()).toContain('Connected');
  } finally {
    jest.useRealTimers();
  }
});

test('asks for reconnecting, and still shows and saves settings', async () => {
  const backend = stubBackend({ ...connected(), overview: overview({ status: 'needs_reconnect' }) });
  const screen = await showSettings();
  expect(screen.read()).toContain('Nothing is lost: events wait until you reconnect.');
  expect(screen.get('Button', 'Reconnect').props.href).toBe('https://tillpost.example.com/connect?mode=test');
  await save(screen);
  expect(backend.askedFor('settings/save')).toHaveLength(1);
});

test('saves all events with every option', async () => {
  const backend = stubBackend({ ...connected(), 'settings/read': settings() });
  const screen = await showSettings();
  for (const type of CHOICE_TYPES) {
    const { label, description, syncs_billing } = CATALOGUE[type];
    await screen.toggle(description, true);
    await screen.press('Options');
    await screen.toggle('Start workflows', false);
    expect(screen.read().includes('Sync full name')).toBe(!isOwnType(type));
    if (!isOwnType(type)) await screen.toggle('Sync full name', false);
    expect(screen.read().includes('Sync billing fields')).toBe(syncs_billing);
    if (syncs_billing) await screen.toggle('Sync billing fields', false);
    await screen.type('User group', label);
    await screen.press('Hide options');
    // From here on "Options" must mean the next event's.
    expect(screen.read()).toContain(
      `Starts no workflow${isOwnType(type) ? '' : ' · Syncs no details'} · Group “${label}”`,
    );
    await screen.toggle(description, false);
  }
  await screen.press('Turn on all');
  await save(screen);

  const [saved] = savedBy(backend);
  expect(Object.keys(saved!.events!)).toHaveLength(CHOICE_TYPES.length);
  for (const type of CHOICE_TYPES)
    expect(saved!.events![type]).toEqual({
      enabled: true,
      trigger_workflows: false,
      sync_name: isOwnType(type),
      // Where it isn't offered it stays as it was.
      sync_billing: !CATALOGUE[type].syncs_billing,
      user_group: CATALOGUE[type].label,
    });
  expect(settingsChangeSchema.safeParse(saved).success).toBe(true);
  expect(status(screen)).toBe('Saved');
});

test('says when something is unsaved, and no longer once it is saved', async () => {
  stubBackend({ ...connected(), 'settings/read': settings() });
  const screen = await showSettings();
  expect(status(screen)).toBeUndefined();
  await screen.toggle(CATALOGUE['invoice.paid'].label, true);
  expect(status(screen)).toBe('Unsaved changes');
  await save(screen);
  expect(status(screen)).toBe('Saved');
});

test('turns on the recommended three, and all off again', async () => {
  const backend = stubBackend({ ...connected(), 'settings/read': settings() });
  const screen = await showSettings();
  await screen.press('Turn on recommended');
  expect(screen.read()).toContain(`Events · 3 of ${CHOICE_TYPES.length} on`);
  expect(screen.get('Switch', 'Customer created').props.defaultChecked).toBe(true);
  await save(screen);
  expect(Object.keys(savedBy(backend)[0]!.events!)).toEqual([
    'customer.created',
    'customer.updated',
    'customer.deleted',
  ]);
  await screen.press('Turn off all');
  await save(screen);
  expect(Object.values(savedBy(backend)[1]!.events!).map((event) => event.enabled)).toEqual([false, false, false]);
});

test('saves what was changed under the revision it was read with, and nothing else', async () => {
  const backend = stubBackend(connected());
  const screen = await showSettings();
  await screen.act('Radio', 'Transactional only', 'onChange', { target: { value: 'transactional_only' } });
  await screen.act('Radio', 'Delete the contact', 'onChange', { target: { value: 'delete' } });
  await screen.act('Radio', 'Send it if the last known', 'onChange', { target: { value: 'send' } });
  await screen.act('Radio', 'In marketing email', 'onChange', { target: { value: 'marketing' } });
  await screen.type('Test addresses', 'me@example.com,\n\n you@example.com ');
  await save(screen);
  await screen.toggle('Invoice paid', true);
  await save(screen);
  expect(savedBy(backend)).toEqual([
    {
      consent: 'transactional_only',
      on_customer_deleted: 'delete',
      only_while_unknown: 'send',
      track: { clicks: true, transactional: false },
      test_recipients: ['me@example.com', 'you@example.com'],
      events: {},
      revision: 7,
    },
    { events: { 'invoice.paid': { ...stored.events['invoice.paid'], enabled: true } }, revision: 8 },
  ]);
});

describe('when somebody else saved meanwhile', () => {
  const conflict = refuse(409, 'conflict', 'These settings were changed meanwhile.', 'revision');
  const turnedOn = { ...stored.events['invoice.payment_failed'], enabled: true };
  const theirs = applyChange(stored, {
    revision: 9,
    sender: { from_name: 'Acme', reply_to: null, postal_address: null },
    events: { 'invoice.payment_failed': turnedOn },
  });
  const banner = (screen: Screen) => screen.get('Banner', 'Your changes weren’t saved').props.description;

  test('says what changed, and loads it again without losing what was changed here', async () => {
    const backend = stubBackend(connected());
    const screen = await showSettings();
    await screen.type('Test addresses', 'me@example.com');
    backend.reply({ 'settings/read': theirs, 'settings/save': conflict });
    await save(screen);
    expect(status(screen)).toBe('Not saved');
    expect(banner(screen)).toContain('Changed meanwhile: Sender, Payment failed.');
    expect(banner(screen)).not.toContain('You changed');
    expect(screen.has('Button', 'Save again')).toBe(false);

    await screen.toggle('Invoice paid', true);
    await screen.press('Load again');
    expect(screen.has('Banner')).toBe(false);
    expect(status(screen)).toBe('Unsaved changes');
    expect(screen.get('TextArea', 'Test addresses').props.defaultValue).toBe('me@example.com');
    expect(screen.get('Switch', 'Payment failed').props.defaultChecked).toBe(true);
    expect(screen.get('Switch', 'Invoice paid').props.defaultChecked).toBe(true);

    backend.reply({ 'settings/save': saveOnto(theirs) });
    await save(screen);
    expect(status(screen)).toBe('Saved');
    expect(savedBy(backend)[1]).toEqual({
      revision: 9,
      test_recipients: ['me@example.com'],
      events: { 'invoice.paid': { ...stored.events['invoice.paid'], enabled: true } },
    });
  });

  test('says which of their changes saving would replace', async () => {
    const backend = stubBackend(connected());
    const screen = await showSettings();
    await screen.toggle('Payment failed', true);
    const group = { ...turnedOn, user_group: 'Late' };
    const read = applyChange(theirs, { events: { 'invoice.payment_failed': group } });
    backend.reply({ 'settings/read': read, 'settings/save': conflict });
    await save(screen);
    expect(banner(screen)).toContain('You changed Payment failed too: saving puts yours in place of theirs.');
  });

  test('offers to load again also while their changes can’t be read', async () => {
    const backend = stubBackend(connected());
    const screen = await showSettings();
    await screen.type('Test addresses', 'me@example.com');
    backend.reply({ 'settings/read': refuse(500, 'internal_error'), 'settings/save': conflict });
    await save(screen);
    await screen.press('Load again');
    expect(banner(screen)).toContain('Try again in a moment.');
    backend.reply({ 'settings/read': theirs });
    await screen.press('Load again');
    expect(screen.has('Banner')).toBe(false);
    expect(screen.get('TextArea', 'Test addresses').props.defaultValue).toBe('me@example.com');
  });

  test('counts a save whose answer got lost as saved', async () => {
    const backend = stubBackend({ ...connected(), 'settings/save': refuse(500, 'internal_error') });
    const screen = await showSettings();
    await screen.toggle('Invoice paid', true);
    await save(screen);
    const [lost] = savedBy(backend);
    backend.reply({ 'settings/read': saveOnto(stored)({ settings: lost! }), 'settings/save': conflict });
    await screen.press('Save again');
    expect(status(screen)).toBe('Saved');
    expect(screen.has('Banner')).toBe(false);
  });
});

test('keeps what is typed while a save is under way', async () => {
  const backend = stubBackend(connected());
  const screen = await showSettings();
  await screen.type('Test addresses', 'me@example.com');
  const onSave = screen.get('SettingsView').props.onSave as (values: object) => void;
  onSave({});
  await screen.toggle('Invoice paid', true);
  expect(status(screen)).toBe('Unsaved changes');
  await save(screen);
  expect(savedBy(backend).map(({ revision, ...parts }) => [revision, Object.keys(parts)])).toEqual([
    [7, ['test_recipients', 'events']],
    [8, ['events']],
  ]);
});

test('says which field was refused, keeps what was typed and saves again', async () => {
  const param = 'settings.events.customer.created.user_group';
  const backend = stubBackend({
    ...connected(),
    'settings/save': refuse(400, 'invalid_request', `${param}: must have at most 100 characters`, param),
  });
  const screen = await showSettings();
  await screen.press('Options');
  await screen.type('User group', 'x'.repeat(101));
  await save(screen);
  expect(status(screen)).toBe('Not saved');
  expect(screen.read()).toContain('Customer created, user group: must have at most 100 characters');

  backend.reply({ 'settings/save': saveOnto(stored) });
  await screen.type('User group', 'VIP');
  await screen.press('Save again');
  expect(status(screen)).toBe('Saved');
  expect(screen.has('Banner')).toBe(false);
});

test('shows what the backend made of the input', async () => {
  stubBackend({
    ...connected(),
    'settings/save': { ...stored, test_recipients: ['jenny@example.com'] },
  });
  const screen = await showSettings();
  await screen.type('Test addresses', 'Jenny@Example.com');
  await save(screen);
  expect(screen.get('TextArea', 'Test addresses').props.defaultValue).toBe('jenny@example.com');
});

test('lets view-only people look but neither change, save nor disconnect', async () => {
  stubBackend(connected());
  const screen = await showSettings({ role: 'view_only' });
  expect(screen.read()).toContain('You can look, but not change');
  expect(screen.get('SettingsView').props.onSave).toBeUndefined();
  for (const input of ['Switch', 'Radio', 'TextArea'].flatMap(screen.all)) expect(input.props.disabled).toBe(true);
  expect(screen.has('Button', 'Disconnect')).toBe(false);
  expect(screen.has('Button', 'Turn on')).toBe(false);
});

test('offers view-only people no way to connect', async () => {
  stubBackend({ overview: notConnected });
  expect((await showSettings({ role: 'view_only' })).has('Button', 'Connect')).toBe(false);
});

test('disconnects only after asking, and once the account’s name or id was typed', async () => {
  const backend = stubBackend({ ...connected(), disconnect: { connected: false } });
  const screen = await showSettings();
  await screen.press('Disconnect…');
  expect(backend.askedFor('disconnect')).toHaveLength(0);
  expect(screen.read()).toContain('erased after 30 days unless you connect again');
  await screen.press('Stay connected');
  expect(screen.has('Banner')).toBe(false);

  await screen.press('Disconnect…');
  for (const typed of [undefined, '  ', 'Acme']) {
    if (typed !== undefined) await screen.type('the account’s name, Acme Inc., or its id acct_1', typed);
    await screen.press('Disconnect');
    expect(screen.read()).toContain('That is neither the name nor the id of this account. Nothing was done.');
  }
  expect(backend.askedFor('disconnect')).toHaveLength(0);
  await screen.type('To confirm', ' Acme Inc. ');
  backend.reply({ overview: { ...notConnected, status: 'removed' } });
  await screen.press('Disconnect');
  expect(backend.askedFor('disconnect')).toHaveLength(1);
  expect(screen.read()).toContain('Tillpost was disconnected from this account.');
});

test('says so when disconnecting failed', async () => {
  stubBackend({ ...connected(), disconnect: refuse(500, 'internal_error') });
  const screen = await showSettings();
  await screen.press('Disconnect…');
  await screen.type('To confirm', 'acct_1');
  await screen.press('Disconnect');
  expect(screen.read()).toContain('Still connected');
});

test('asks for live data only in live mode outside a sandbox', async () => {
  const modes = [
    { view: context({ mode: 'live' }), livemode: true, words: 'Live mode' },
    { view: context({ mode: 'test' }), livemode: false, words: 'Test mode.' },
    { view: context({ mode: 'live', isSandbox: true }), livemode: false, words: 'Sandbox.' },
  ];
  for (const { view, livemode, words } of modes) {
    const backend = stubBackend(connected());
    const screen = await show(<SettingsView {...view} />);
    expect(backend.asked.every(({ body }) => body.livemode === livemode)).toBe(true);
    expect(screen.read()).toContain(words);
    expect(screen.has('TextArea', 'Test addresses')).toBe(!livemode);
  }
});

test('asks which emails Stripe sends, and warns of the workflows that say the same', async () => {
  const reminder = workflow({
    name: 'Payment failed',
    definition: {
      name: 'Payment failed',
      trigger: { event: 'invoice.payment_failed', conditions: [], frequency: 'every_time' },
      exit_events: [],
      steps: [
        { id: 'mail', kind: 'email', email: { kind: 'transactional', subject: 's', preview_text: '', body: 'b' } },
      ],
    },
  });
  const backend = stubBackend({ ...connected(), 'workflows/list': list([reminder, workflow()]) });
  const screen = await showSettings();
  expect(screen.read()).toContain('In Stripe: Settings → Billing → Subscriptions and emails');
  expect(screen.read()).not.toContain('is sent twice');
  for (const label of ['Failed payments', 'Refunds'])
    await screen.act('Checkbox', label, 'onChange', { target: { checked: true } });
  expect(screen.read()).toContain('“Payment failed” is sent twice');
  expect(screen.read()).not.toContain('“New customer” is sent twice');
  await save(screen);
  expect(savedBy(backend)[0]).toMatchObject({ stripe_sends: ['refund', 'failed_payment'] });
});

test('takes the metadata key of billing contacts, and says what is wrong with it', async () => {
  const backend = stubBackend(connected());
  const screen = await showSettings();
  await screen.act('TextField', 'Metadata key of billing contacts', 'onChange', { target: { value: ' finance ' } });
  await save(screen);
  expect(savedBy(backend)[0]).toMatchObject({ billing_email_key: 'finance' });
  backend.reply({
    'settings/save': refuse(
      400,
      'invalid_request',
      'settings.billing_email_key: must not contain square brackets',
      'settings.billing_email_key',
    ),
  });
  await save(screen);
  expect(screen.read()).toContain('must not contain square brackets');
});
