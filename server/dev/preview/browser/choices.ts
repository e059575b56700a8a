/** What is chosen in the toolbar. It lives in the address, so that a reload shows the same. */
import { oneOf } from '../../../../shared/one-of';
import type { Context, Stage } from '../protocol';

export interface Choices {
  viewport: string;
  account: string;
  mode: 'test' | 'live' | 'sandbox';
  role: string;
  customer: string;
}

export const MODE_LABELS: Record<Choices['mode'], string> = {
  test: 'Test mode',
  sandbox: 'Sandbox',
  live: 'Live mode',
};
export const ROLES: Record<string, string> = {
  admin: 'Administrator',
  developer: 'Developer',
  support_specialist: 'Support specialist',
  view_only: 'View only',
};
export const VIEWPORTS: Record<string, string> = {
  'stripe.dashboard.drawer.default': 'Drawer',
  'stripe.dashboard.customer.detail': 'Customer page',
  settings: 'App settings',
  onboarding: 'Onboarding',
};
export const USER_ID = 'usr_preview';

export function readChoices(stage: Stage): Choices {
  const given = new URLSearchParams(location.search);
  const choose = <T extends string>(name: string, values: readonly T[]): T =>
    oneOf(values, given.get(name) ?? undefined) ?? values[0]!;
  return {
    viewport: choose('viewport', Object.keys(VIEWPORTS)),
    account: choose(
      'account',
      stage.accounts.map(({ id }) => id),
    ),
    mode: choose('mode', Object.keys(MODE_LABELS) as Choices['mode'][]),
    role: choose('role', Object.keys(ROLES)),
    customer: given.get('customer') ?? '',
  };
}

export const writeChoices = (choices: Choices): void =>
  history.replaceState(null, '', `?${new URLSearchParams({ ...choices }).toString()}`);

/** The props the Dashboard would give the view. */
export function describeContext(choices: Choices, stage: Stage): Context {
  const { viewport, account, mode, role, customer } = choices;
  return {
    userContext: {
      id: USER_ID,
      name: 'Robin Preview',
      account: {
        id: account,
        name: stage.accounts.find(({ id }) => id === account)?.name,
        country: 'US',
        isSandbox: mode === 'sandbox',
      },
      locale: 'en-US',
      roles: [{ id: role, name: ROLES[role] ?? role, type: 'builtIn' }],
    },
    environment: {
      constants: stage.constants,
      mode: mode === 'live' ? 'live' : 'test',
      viewportID: viewport,
      objectContext: viewport.endsWith('customer.detail') && customer ? { id: customer, object: 'customer' } : null,
    },
    appContext: {},
  };
}
