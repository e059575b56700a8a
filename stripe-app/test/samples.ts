/** An install with a little of everything, as the backend would tell of it. */
import { getMockContextProps } from '@stripe/ui-extension-sdk/testing';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { ContactDetail, EmailView, EventView, List, Overview, WorkflowView } from '../../shared/api';
import { defaultSettings, type Settings, type SettingsChange } from '../../shared/settings';
import { SETUP_STEPS, type Setup, type SetupStatus } from '../../shared/words/setup';
import { applyChange } from '../../shared/settings-changes';
import { API_BASE, type Replies } from './backend';

export const list = <T>(data: T[], has_more = false): List<T> => ({ object: 'list', data, has_more });

export function context({
  mode = 'test',
  isSandbox = false,
  role = 'admin',
  customer,
}: {
  mode?: 'live' | 'test';
  isSandbox?: boolean;
  role?: 'admin' | 'view_only';
  customer?: string;
} = {}): ExtensionContextValue {
  return getMockContextProps({
    userContext: {
      account: { id: 'acct_1', isSandbox },
      roles: [{ id: role, name: role === 'admin' ? 'Administrator' : 'View only', type: 'builtIn' }],
    },
    environment: {
      mode,
      constants: { API_BASE, APP_ID: 'com.tillpost.app' },
      ...(customer ? { objectContext: { id: customer, object: 'customer' } } : {}),
    },
  });
}

/** All steps alike, but for those that are named. */
export const setupOf = (status: SetupStatus, others: Partial<Setup> = {}): Setup => ({
  ...(Object.fromEntries(SETUP_STEPS.map((step) => [step, status])) as Setup),
  ...others,
});

export const overview = (changes: Partial<Overview> = {}): Overview => ({
  connected: true,
  status: 'active',
  account_name: 'Acme Inc.',
  connect_url: 'https://tillpost.example.com/connect?mode=test',
  console_url: 'https://tillpost.example.com/open/token',
  counts: { contacts: 1204, events: 5310, emails: 310 },
  last_event_at: '2021-01-03T16:05:00.000Z',
  import: { status: 'done', done: 1204, total: 1204 },
  setup: setupOf('complete'),
  locale: 'en-US',
  timezone: 'UTC',
  ...changes,
});

export const notConnected = overview({
  connected: false,
  status: null,
  account_name: null,
  console_url: null,
  counts: { contacts: 0, events: 0, emails: 0 },
  last_event_at: null,
  import: null,
  setup: setupOf('not-started'),
});

export const event = (changes: Partial<EventView> = {}): EventView => ({
  id: 'evt_1',
  object: 'event',
  type: 'customer.created',
  livemode: false,
  created: 1609689900,
  received_at: '2021-01-03T16:05:01.000Z',
  status: 'processed',
  reason: null,
  outcome: 'Created contact jenny@example.com',
  email: 'jenny@example.com',
  contact: 'con_1',
  attempts: 1,
  next_attempt_at: null,
  ...changes,
});

export const email = (changes: Partial<EmailView> = {}): EmailView => ({
  id: 'em_1',
  object: 'email',
  to: 'jenny@example.com',
  billing_copy: false,
  subject: 'Welcome, Jenny',
  kind: 'marketing',
  status: 'sent',
  reason: null,
  outcome: null,
  subject_of: null,
  message_id: '<1@example.com>',
  workflow: 'wf_1',
  transactional: null,
  contact: 'con_1',
  event: 'evt_1',
  attempts: 1,
  created_at: '2021-01-03T16:05:02.000Z',
  sent_at: '2021-01-03T16:05:03.000Z',
  delivered_at: null,
  bounced_at: null,
  complained_at: null,
  clicked_at: null,
  pay_clicked_at: null,
  ...changes,
});

export const contact = (changes: Partial<ContactDetail> = {}): ContactDetail => ({
  id: 'con_1',
  object: 'contact',
  email: 'jenny@example.com',
  first_name: 'Jenny',
  last_name: 'Rosen',
  user_group: null,
  status: 'subscribed',
  suppressed: null,
  source: 'Stripe',
  user_id: null,
  properties: {},
  customers: ['cus_1'],
  billing_contacts: [],
  billing: {
    subscription_status: 'active',
    plan: 'Pro',
    mrr: 2900,
    currency: 'usd',
    renews_at: '2021-02-03T16:05:00.000Z',
    trial_ends_at: null,
    delinquent: false,
    wrong_card: false,
    customer_since: '2020-01-03T16:05:00.000Z',
    ltv: 34800,
    ltv_currency: 'usd',
    ltv_others: [{ currency: 'eur', amount: 1500 }],
    payments: 13,
    first_payment_at: '2020-01-04T16:05:00.000Z',
    last_payment_at: '2021-01-02T16:05:00.000Z',
  },
  created_at: '2021-01-03T16:05:01.000Z',
  updated_at: '2021-01-03T16:05:01.000Z',
  events: [event()],
  emails: [email()],
  ...changes,
});

export const workflow = (changes: Partial<WorkflowView> = {}): WorkflowView => ({
  id: 'wf_1',
  object: 'workflow',
  name: 'New customer',
  status: 'active',
  revision: 1,
  definition: {
    name: 'New customer',
    trigger: { event: 'customer.created', conditions: [], frequency: 'once_per_contact' },
    exit_events: [],
    steps: [],
  },
  counts: { running: 0, finished: 3, emails: 3 },
  ...changes,
});

export const settings = defaultSettings;

/** The backend's reply to a save where `stored` is what was saved before. */
export const saveOnto =
  (stored: Settings) =>
  ({ settings: change }: { settings: SettingsChange }): Settings => ({
    ...applyChange(stored, change),
    revision: stored.revision + 1,
  });

const chosen = { ...settings().events['customer.created'], enabled: true };
const withOneEvent = applyChange(settings(), { revision: 7, events: { 'customer.created': chosen } });

/** Everything is set up and answers. */
export const connected = (): Replies => ({
  overview: overview(),
  'settings/read': withOneEvent,
  'settings/save': saveOnto(withOneEvent),
  'events/list': list([event()]),
  'events/read': { ...event(), payload: { id: 'evt_1' }, emails: [email()] },
  'events/replay': event(),
  'contacts/read': contact(),
  'emails/list': list([email()]),
  'workflows/list': list([workflow()]),
});
