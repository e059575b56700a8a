import { Refusal, stubBackend, stubSilence } from '../../test/backend';
import { connected, context, event, list, notConnected, overview, setupOf } from '../../test/samples';
import { show } from '../../test/screen';
import DrawerView from './DrawerView';

const showDrawer = (...args: Parameters<typeof context>) => show(<DrawerView {...context(...args)} />);
const fail = () => {
  throw new Refusal(500, 'internal_error');
};

test('waits with a spinner while the backend is asked', async () => {
  stubSilence();
  expect((await showDrawer()).has('Spinner')).toBe(true);
});

test('asks to sign in while not connected, and checks again on demand', async () => {
  const backend = stubBackend({ ...connected(), overview: notConnected });
  const screen = await showDrawer();
  expect(screen.get('SignInView').props.primaryAction).toMatchObject({
    label: 'Connect to Stripe',
    href: 'https://tillpost.example.com/connect?mode=test',
    target: '_blank',
  });
  backend.reply({ overview: overview() });
  await screen.press('Check again');
  expect(screen.has('ContextView')).toBe(true);
});

test('tells view-only people whom to ask instead of offering to connect', async () => {
  stubBackend({ overview: notConnected });
  const screen = await showDrawer({ role: 'view_only' });
  expect(screen.get('SignInView').props.primaryAction).toBeUndefined();
  expect(screen.read()).toContain('Ask an administrator or developer of this account to connect it.');
});

test('says that a removed install can be connected again', async () => {
  stubBackend({ overview: { ...notConnected, status: 'removed' } });
  expect((await showDrawer()).read()).toContain('Tillpost was disconnected from this account.');
});

test('says what to do when the backend is down, and tries again on demand', async () => {
  const backend = stubBackend({ ...connected(), overview: fail });
  const screen = await showDrawer();
  expect(screen.read()).toContain('Tillpost didn’t answer');
  backend.reply(connected());
  await screen.press('Try again');
  expect(screen.read()).toContain('Acme Inc.');
});

test('shows health, numbers and the latest events with their sentences', async () => {
  stubBackend(connected());
  const screen = await showDrawer();
  expect(screen.get('ContextView').props).toMatchObject({ title: 'Overview', description: 'Test mode' });
  for (const words of ['Connected', '1,204', '5,310', '310', 'Customer created', 'Created contact jenny@example.com'])
    expect(screen.read()).toContain(words);
  expect(screen.get('Badge', 'Processed').props.type).toBe('positive');
});

test('shows ten events and counts all of them in the sparkline', async () => {
  const created = Math.floor(Date.now() / 1000) - 3600;
  const many = Array.from({ length: 40 }, (_, index) => event({ id: `evt_${index}`, created }));
  stubBackend({ ...connected(), 'events/list': list(many) });
  const screen = await showDrawer();
  expect(screen.all('ListItem')).toHaveLength(10);
  const points = screen.get('Sparkline').props.data as { events: number }[];
  expect(points.reduce((sum, point) => sum + point.events, 0)).toBe(40);
});

test('says what will appear while no event has arrived', async () => {
  stubBackend({ ...connected(), 'events/list': list([]) });
  const screen = await showDrawer();
  expect(screen.read()).toContain('No events yet');
  expect(screen.has('Sparkline')).toBe(false);
});

test('keeps the rest when only the events fail, and tries again on demand', async () => {
  const backend = stubBackend({ ...connected(), 'events/list': fail });
  const screen = await showDrawer();
  expect(screen.read()).toContain('The events didn’t load');
  expect(screen.read()).toContain('Acme Inc.');
  backend.reply(connected());
  await screen.press('Try again');
  expect(screen.has('ListItem')).toBe(true);
});

test('opens an event, replays it and closes it', async () => {
  const backend = stubBackend(connected());
  const screen = await showDrawer();
  await screen.act('List', 'Customer created', 'onAction', 'evt_1');
  expect(screen.get('FocusView').props.title).toBe('Customer created');
  expect(screen.read()).toContain('Welcome, Jenny');
  await screen.press('Replay');
  expect(backend.askedFor('events/replay')).toEqual([expect.objectContaining({ id: 'evt_1' })]);
  await screen.press('Close');
  expect(screen.has('FocusView')).toBe(false);
});

test('says why an event wasn’t replayed', async () => {
  stubBackend({ ...connected(), 'events/replay': fail });
  const screen = await showDrawer();
  await screen.act('List', 'Customer created', 'onAction', 'evt_1');
  await screen.press('Replay');
  expect(screen.read()).toContain('The event wasn’t replayed');
});

test('offers no replay to view-only people, nor of an event without its payload', async () => {
  stubBackend(connected());
  const viewOnly = await showDrawer({ role: 'view_only' });
  await viewOnly.act('List', 'Customer created', 'onAction', 'evt_1');
  expect(viewOnly.has('Button', 'Replay')).toBe(false);

  stubBackend({ ...connected(), 'events/read': { ...event(), payload: null, emails: [] } });
  const screen = await showDrawer();
  await screen.act('List', 'Customer created', 'onAction', 'evt_1');
  expect(screen.read()).toContain('This event caused no email.');
  expect(screen.has('Button', 'Replay')).toBe(false);
});

test('asks for reconnecting above everything else', async () => {
  stubBackend({ ...connected(), overview: overview({ status: 'needs_reconnect' }) });
  const screen = await showDrawer();
  expect(screen.read()).toContain('Needs reconnecting');
  expect(screen.has('Button', 'Reconnect')).toBe(true);
});

test.each([
  [{ status: 'running' as const, done: 120, total: 400 }, 'Importing customers: 120 of 400'],
  [{ status: 'running' as const, done: 120, total: null }, 'Importing customers: 120 so far'],
  [{ status: 'paused' as const, done: 120, total: 400 }, 'The import is paused'],
  [{ status: 'failed' as const, done: 120, total: 400 }, 'The import stopped'],
])('shows how the import is doing: %j', async (progress, words) => {
  stubBackend({ ...connected(), overview: overview({ import: progress }) });
  expect((await showDrawer()).read()).toContain(words);
});

test('follows a running import until it is done', async () => {
  jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick'] });
  try {
    const backend = stubBackend({
      ...connected(),
      overview: overview({ import: { status: 'running', done: 1, total: 2 } }),
    });
    const screen = await showDrawer();
    backend.reply({ overview: overview({ import: { status: 'done', done: 2, total: 2 } }) });
    await jest.advanceTimersByTimeAsync(3_000);
    await screen.settle();
    expect(screen.read()).not.toContain('Importing');
  } finally {
    jest.useRealTimers();
  }
});

test('lists what is left to set up until nothing is', async () => {
  stubBackend({
    ...connected(),
    overview: overview({
      setup: setupOf('complete', { events: 'not-started', import: 'not-started', workflow: 'in-progress' }),
    }),
  });
  const screen = await showDrawer();
  expect(screen.all('TaskListItem').map(({ props }) => [props.title, props.status])).toEqual([
    ['Connect to Stripe', 'complete'],
    ['Choose events', 'not-started'],
    ['Import your customers (optional)', 'not-started'],
    ['Set up sending', 'complete'],
    ['Turn on a workflow', 'in-progress'],
    ['Send the first email', 'complete'],
  ]);

  // Optional steps don’t count.
  stubBackend({ ...connected(), overview: overview({ setup: setupOf('complete', { import: 'not-started' }) }) });
  expect((await showDrawer()).has('TaskList')).toBe(false);
});

test('leads to the onboarding from the checklist', async () => {
  stubBackend({ ...connected(), overview: overview({ setup: setupOf('complete', { events: 'not-started' }) }) });
  const navigateToDashboardRoute = jest.fn();
  const { endpoint } = (globalThis as unknown as { __StripeExtExports: { endpoint: { call: object } } })
    .__StripeExtExports;
  Object.assign(endpoint.call, { navigateToDashboardRoute });
  const screen = await showDrawer();
  await screen.act('TaskListItem', 'Choose events', 'onPress');
  expect(navigateToDashboardRoute).toHaveBeenCalledWith({ name: 'onboarding' });
});

test('opens the console by its one-time link and fetches a new one', async () => {
  const backend = stubBackend(connected());
  const screen = await showDrawer();
  expect(screen.get('Button', 'Open console').props.href).toBe('https://tillpost.example.com/open/token');
  await screen.press('Open console');
  expect(backend.askedFor('overview')).toHaveLength(2);
});

test('links to the settings page of this account and mode', async () => {
  stubBackend(connected());
  expect((await showDrawer()).get('Link', 'settings').props.href).toBe(
    'https://dashboard.stripe.com/acct_1/test/settings/apps/com.tillpost.app',
  );
});
