import { CHOICE_TYPES } from '../../../shared/catalogue';
import type { SettingsChange } from '../../../shared/settings';
import { applyChange } from '../../../shared/settings-changes';
import type { SetupStep } from '../../../shared/words/setup';
import { TEMPLATE_KEYS } from '../../../shared/templates';
import { Refusal, stubBackend, stubSilence } from '../../test/backend';
import { connected, context, list, notConnected, overview, settings, setupOf, workflow } from '../../test/samples';
import { show } from '../../test/screen';
import OnboardingStart from './OnboardingStart';

const showOnboarding = (...args: Parameters<typeof context>) => show(<OnboardingStart {...context(...args)} />);
const fail = () => {
  throw new Refusal(500, 'internal_error');
};
type Task = { title: string; status: string; onPress?: () => void };
/** Those steps are left to do. */
const left = (...steps: SetupStep[]) =>
  setupOf('complete', Object.fromEntries(steps.map((step) => [step, 'not-started'])));
const fresh = {
  ...connected(),
  overview: overview({ import: null, setup: left('events', 'import', 'workflow', 'mail') }),
  'settings/read': settings(),
  'workflows/list': list([]),
};

test('waits while the backend is asked', async () => {
  stubSilence();
  expect((await showOnboarding()).get('OnboardingView').props.pending).toBe(true);
});

test('says what to do when the backend is down, and tries again on demand', async () => {
  const backend = stubBackend({ ...connected(), overview: fail });
  const screen = await showOnboarding();
  expect(screen.read()).toContain('Tillpost didn’t answer');
  backend.reply(connected());
  await screen.press('Try again');
  expect(screen.get('OnboardingView').props.completed).toBe(true);
});

test('says so when only the settings fail', async () => {
  stubBackend({ ...connected(), 'settings/read': fail });
  expect((await showOnboarding()).read()).toContain('Tillpost didn’t answer');
});

test('begins with connecting and blocks the rest', async () => {
  stubBackend({ overview: notConnected });
  const screen = await showOnboarding();
  const tasks = screen.get('OnboardingView').props.tasks as Task[];
  expect(tasks.map(({ status, onPress }) => [status, Boolean(onPress)])).toEqual([
    ['not-started', true],
    ...Array.from({ length: 5 }, () => ['blocked', false]),
  ]);
  expect(screen.get('Button', 'Connect to Stripe').props.href).toContain('/connect?mode=test');
});

test('goes through events, import and workflow, each done when the backend says so', async () => {
  const backend = stubBackend({
    ...fresh,
    'import/start': { status: 'running', done: 0, total: null },
    'workflows/create': workflow({ id: 'wf_2', status: 'draft' }),
    'workflows/activate': workflow({ id: 'wf_2' }),
  });
  const screen = await showOnboarding();

  await screen.act('Radio', 'Everything', 'onChange', { target: { value: 'all' } });
  const savedBy = () => backend.askedFor('settings/save')[0]!.settings as SettingsChange;
  backend.reply({
    'settings/read': () => applyChange(settings(), savedBy()),
    overview: overview({ import: null, setup: left('import', 'workflow', 'mail') }),
  });
  await screen.press('Turn on');
  expect(Object.values(savedBy().events!).filter((event) => event.enabled)).toHaveLength(CHOICE_TYPES.length);
  expect(Object.keys(savedBy())).toEqual(['events', 'revision']);

  backend.reply({ overview: overview({ setup: left('workflow', 'mail') }) });
  await screen.press('Import customers…');
  await screen.press('Start the import');
  expect(screen.read()).toContain('That is neither the name nor the id of this account. Nothing was done.');
  expect(backend.askedFor('import/start')).toHaveLength(0);
  await screen.type('To confirm', 'Acme Inc.');
  await screen.press('Start the import');
  expect(backend.askedFor('import/start')).toHaveLength(1);

  await screen.act('Select', 'Template', 'onChange', { target: { value: 'payment_failed' } });
  // What others do is no reason to stay.
  backend.reply({ 'workflows/list': list([workflow()]), overview: overview({ setup: left('sending', 'mail') }) });
  await screen.press('Turn on');
  expect(backend.askedFor('workflows/create')[0]).toMatchObject({ template: 'payment_failed' });
  expect(backend.askedFor('workflows/activate')[0]).toMatchObject({ id: 'wf_2' });
  expect(screen.get('OnboardingView').props.completed).toBe(true);
});

test('offers every template that ships', async () => {
  stubBackend({ ...connected(), 'workflows/list': list([]) });
  const screen = await showOnboarding();
  expect(screen.all('option').map(({ props }) => props.value)).toEqual(TEMPLATE_KEYS);
});

test('turns on a draft that is there already instead of making another', async () => {
  const backend = stubBackend({
    ...connected(),
    'workflows/list': list([workflow({ status: 'draft' })]),
    'workflows/activate': workflow(),
  });
  const screen = await showOnboarding();
  expect(screen.read()).toContain('“New customer” is ready and waits to be turned on.');
  await screen.press('Turn on');
  expect(backend.askedFor('workflows/activate')[0]).toMatchObject({ id: 'wf_1' });
});

test.each([
  ['settings/save', fresh, 'Turn on', 'Not saved'],
  [
    'import/start',
    { ...fresh, overview: overview({ import: null, setup: left('import') }) },
    'Import customers…',
    'The import didn’t start',
  ],
  ['workflows/create', { ...connected(), 'workflows/list': list([]) }, 'Turn on', 'The workflow isn’t on'],
])('says so when %s fails', async (route, replies, button, words) => {
  stubBackend({ ...replies, [route]: fail });
  const screen = await showOnboarding();
  await screen.press(button);
  if (route === 'import/start') {
    await screen.type('To confirm', 'acct_1');
    await screen.press('Start the import');
  }
  expect(screen.read()).toContain(words);
  expect(screen.has('Button', 'Try again')).toBe(true);
});

test('loads again what somebody else saved meanwhile, before it turns events on', async () => {
  const backend = stubBackend(fresh);
  const screen = await showOnboarding();
  const conflict = () => {
    throw new Refusal(409, 'conflict', 'These settings were changed meanwhile.', 'revision');
  };
  backend.reply({ 'settings/read': { ...settings(), revision: 4 }, 'settings/save': conflict });
  await screen.press('Turn on');
  expect(screen.read()).toContain('These settings were changed meanwhile.');
  await screen.press('Load again');
  expect(screen.has('Banner')).toBe(false);
  await screen.press('Turn on');
  expect(backend.askedFor('settings/save').map((body) => (body.settings as SettingsChange).revision)).toEqual([0, 4]);
});

test('lets people look back at a finished task', async () => {
  stubBackend({ ...fresh });
  const screen = await showOnboarding();
  const [connect] = screen.get('OnboardingView').props.tasks as Task[];
  connect!.onPress!();
  await screen.settle();
  expect(screen.read()).toContain('Acme Inc.');
});

test('offers view-only people nothing to press but says whom to ask', async () => {
  stubBackend(fresh);
  const screen = await showOnboarding({ role: 'view_only' });
  expect(screen.read()).toContain('Ask an administrator or developer of this account to finish setting up.');
  expect(screen.all('Button')).toHaveLength(0);
});

test('offers to start a failed import again', async () => {
  const backend = stubBackend({
    ...connected(),
    overview: overview({ import: { status: 'failed', done: 3, total: 9 }, setup: left('import') }),
    'import/start': { status: 'running', done: 3, total: 9 },
  });
  const screen = await showOnboarding();
  await screen.press('Import again…');
  expect(screen.read()).toContain('Import all customers of this account?');
  await screen.press('Not now');
  await screen.press('Import again…');
  expect(backend.askedFor('import/start')).toHaveLength(0);
  await screen.type('To confirm', 'acct_1');
  await screen.press('Start the import');
  expect(backend.askedFor('import/start')).toHaveLength(1);
});

test('asks which emails Stripe sends with the events, and warns of the workflow that says the same', async () => {
  const backend = stubBackend(fresh);
  const screen = await showOnboarding();
  await screen.act('Checkbox', 'Receipts', 'onChange', { target: { checked: true } });
  await screen.press('Turn on');
  expect(backend.askedFor('settings/save')[0]!.settings).toMatchObject({ stripe_sends: ['receipt'] });
});

test('tries a workflow on the last days before it is turned on', async () => {
  const sent = {
    contact: 'con_1',
    address: 'jenny@example.com',
    at: '2026-11-20T09:00:00.000Z',
    event: 'evt_1',
    step: 'mail',
    subject: 'Your payment of $29.00 didn’t go through',
    verdict: 'would_send',
    outcome: null,
  } as const;
  const stopped = {
    ...sent,
    event: 'evt_2',
    address: null,
    verdict: 'stopped',
    outcome: 'The invoice was paid',
  } as const;
  const backend = stubBackend({
    ...connected(),
    'workflows/list': list([]),
    'workflows/rehearse': {
      object: 'rehearsal',
      would_start: 2,
      would_send: 1,
      stopped: { not_true: 1 },
      sample: [sent, stopped],
    },
  });
  const screen = await showOnboarding();
  await screen.act('Select', 'Template', 'onChange', { target: { value: 'payment_failed' } });
  await screen.press('Try on the last 30 days');
  expect(backend.askedFor('workflows/rehearse')[0]).toMatchObject({ template: 'payment_failed', days: 30 });
  const text = screen.read();
  for (const words of [
    'It would have started 2 runs and sent 1 email. Nothing was sent.',
    'Stopped, 1: It was no longer so',
    'jenny@example.com',
    'Your payment of $29.00 didn’t go through',
    'A deleted contact',
    'The invoice was paid',
  ])
    expect(text).toContain(words);
  expect(backend.askedFor('workflows/create')).toHaveLength(0);

  await screen.act('Select', 'Template', 'onChange', { target: { value: 'new_customer' } });
  expect(screen.read()).not.toContain('jenny@example.com');
  backend.reply({
    'workflows/rehearse': () => {
      throw new Refusal(429, 'rate_limited', 'A rehearsal is under way.');
    },
  });
  await screen.press('Try on the last 30 days');
  expect(screen.read()).toContain('A rehearsal is under way.');
});
