import { Refusal, stubBackend } from '../../test/backend';
import { connected, contact, context, email, event, list, notConnected, overview, workflow } from '../../test/samples';
import { show } from '../../test/screen';
import CustomerView from './CustomerView';

const showCustomer = (role: 'admin' | 'view_only' = 'admin') =>
  show(<CustomerView {...context({ customer: 'cus_1', role })} />);
const refuse = (status: number, code: string) => () => {
  throw new Refusal(status, code);
};

test('shows the contact, billing, emails and events of this customer', async () => {
  const backend = stubBackend(connected());
  const screen = await showCustomer();
  for (const words of [
    'Jenny Rosen',
    'jenny@example.com',
    'Subscribed',
    'Pro',
    '$29.00',
    'Feb 3, 2021',
    'Active',
    '$348.00 + €15.00',
  ])
    expect(screen.read()).toContain(words);
  for (const words of ['Welcome, Jenny', 'Sent', 'Customer created', 'Created contact jenny@example.com'])
    expect(screen.read()).toContain(words);
  for (const route of ['contacts/read', 'events/list', 'emails/list'] as const)
    expect(backend.askedFor(route)[0]).toMatchObject({ customer: 'cus_1' });
});

test('says when the customer isn’t a contact yet', async () => {
  stubBackend({
    ...connected(),
    'contacts/read': refuse(404, 'not_found'),
    'events/list': list([]),
    'emails/list': list([]),
  });
  const screen = await showCustomer();
  expect(screen.read()).toContain('Not in your audience yet');
  expect(screen.read()).toContain('No event has arrived for this customer yet.');
});

test('leaves out billing for a contact who never subscribed, and the name of one without', async () => {
  const billing = { ...contact().billing, subscription_status: null, payments: 0 };
  stubBackend({ ...connected(), 'contacts/read': contact({ first_name: null, last_name: null, billing }) });
  const screen = await showCustomer();
  expect(screen.read()).not.toContain('Billing');
  expect(screen.read()).toContain('jenny@example.com');
});

test.each([true, false, null])(
  'says of a payment only that it is overdue, where delinquent is %p',
  async (delinquent) => {
    for (const subscription_status of ['active', null] as const) {
      const billing = { ...contact().billing, subscription_status, delinquent };
      stubBackend({ ...connected(), 'contacts/read': contact({ billing }) });
      const page = (await showCustomer()).read();
      expect(page.includes('Overdue')).toBe(delinquent === true);
      expect(page).not.toContain('Paid');
    }
  },
);

test('warns about a suppressed address', async () => {
  stubBackend({
    ...connected(),
    'contacts/read': contact({ suppressed: { reason: 'bounced', at: '2021-01-03T16:05:00.000Z' } }),
  });
  expect((await showCustomer()).read()).toContain('Email to this address bounced');
  stubBackend({
    ...connected(),
    'contacts/read': contact({ suppressed: { reason: 'refused with 550', at: '2021-01-03T16:05:00.000Z' } }),
  });
  expect((await showCustomer()).read()).toContain('No email goes to this address');
});

test('gives an email a title before its subject is made', async () => {
  stubBackend({ ...connected(), 'emails/list': list([email({ status: 'queued', subject: '', sent_at: null })]) });
  expect((await showCustomer()).has('ListItem', 'No subject yet')).toBe(true);
});

test('says what became of each email', async () => {
  stubBackend({
    ...connected(),
    'emails/list': list([
      email({ id: 'em_1', status: 'captured' }),
      email({ id: 'em_2', status: 'held', reason: 'missing_value', outcome: '{{ event.plan }} has no value' }),
      email({ id: 'em_3', status: 'suppressed' }),
      email({ id: 'em_4', delivered_at: '2021-01-03T16:05:10.000Z' }),
      email({
        id: 'em_5',
        reason: 'bounced',
        outcome: 'The address bounced: 5.1.1',
        bounced_at: '2021-01-03T16:05:10.000Z',
      }),
      email({ id: 'em_6', complained_at: '2021-01-03T16:05:10.000Z' }),
    ]),
  });
  const words = (await showCustomer()).read();
  expect(words).toContain('Kept in the console instead of being sent');
  expect(words).toContain('{{ event.plan }} has no value');
  expect(words).toContain('This contact doesn’t get marketing email');
  expect(words).toContain('The address bounced: 5.1.1');
  for (const state of ['Delivered', 'Bounced', 'Reported as spam']) expect(words).toContain(state);
});

test.each([
  ['an unsubscribed contact', { contact: contact({ status: 'unsubscribed' }) }, 'This contact isn’t subscribed'],
  ['no active workflow', { workflows: [workflow({ status: 'paused' })] }, 'No workflow is active.'],
  [
    'no matching trigger',
    { events: [event({ type: 'invoice.paid' })] },
    'No active workflow starts with “Invoice paid”',
  ],
  [
    'an event that waits',
    { events: [event({ status: 'waiting', outcome: 'Stripe could not be reached' })] },
    'The latest event isn’t processed yet: Stripe could not be reached',
  ],
  [
    'an event that was off',
    { events: [event({ status: 'ignored', reason: 'event_off' })] },
    '“Customer created” was off in settings',
  ],
])('says why nothing was sent: %s', async (_, given, words) => {
  const {
    contact: person = contact(),
    workflows = [workflow()],
    events = [event()],
  } = given as {
    contact?: ReturnType<typeof contact>;
    workflows?: ReturnType<typeof workflow>[];
    events?: ReturnType<typeof event>[];
  };
  stubBackend({
    ...connected(),
    'contacts/read': person,
    'workflows/list': list(workflows),
    'events/list': list(events),
    'emails/list': list([]),
  });
  expect((await showCustomer()).read()).toContain(words);
});

test('quotes the event that made no contact', async () => {
  stubBackend({
    ...connected(),
    'contacts/read': refuse(404, 'not_found'),
    'events/list': list([event({ status: 'skipped', reason: 'no_email', outcome: 'No email on the customer' })]),
    'emails/list': list([]),
  });
  expect((await showCustomer()).read()).toContain('The latest event made no contact: No email on the customer');
});

test.each(['contacts/read', 'events/list', 'emails/list', 'workflows/list'] as const)(
  'says so when %s fails, and tries again on demand',
  async (route) => {
    const backend = stubBackend({ ...connected(), [route]: refuse(500, 'internal_error') });
    const screen = await showCustomer();
    expect(screen.read()).toContain('This customer didn’t load');
    backend.reply(connected());
    await screen.press('Try again');
    expect(screen.read()).toContain('Jenny Rosen');
  },
);

test('asks to sign in while not connected', async () => {
  stubBackend({ overview: notConnected });
  expect((await showCustomer()).has('SignInView')).toBe(true);
});

test('shows the contact while the install needs reconnecting', async () => {
  stubBackend({ ...connected(), overview: overview({ status: 'needs_reconnect' }) });
  const screen = await showCustomer();
  expect(screen.has('Button', 'Reconnect')).toBe(true);
  expect(screen.read()).toContain('Jenny Rosen');
});

test('opens an event from the customer’s page; view-only people can’t replay it', async () => {
  stubBackend(connected());
  const screen = await showCustomer('view_only');
  await screen.act('List', 'Customer created', 'onAction', 'evt_1');
  expect(screen.get('FocusView').props.title).toBe('Customer created');
  expect(screen.has('Button', 'Replay')).toBe(false);
});

test('shows what is new on refresh', async () => {
  const backend = stubBackend({ ...connected(), 'emails/list': list([]) });
  const screen = await showCustomer();
  backend.reply({ 'emails/list': list([email()]) });
  await screen.press('Refresh');
  expect(screen.read()).toContain('Welcome, Jenny');
});
