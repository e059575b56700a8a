/** What the Dashboard tells a view about its place and its viewer. */
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import type { NamedAccount } from '../../../shared/confirm-by-name';

type Surroundings = Pick<ExtensionContextValue, 'environment' | 'userContext'>;

/** By the name that the console knows it by as well. */
export const accountOf = ({ userContext }: Surroundings, { account_name }: Overview): NamedAccount => ({
  id: userContext.account.id,
  name: account_name,
});

/** The manifest's `constants`, which `npm run app:package` writes for one deployment. */
export interface Constants {
  API_BASE: string;
  APP_ID: string;
}

export const readConstants = ({ environment }: Surroundings): Constants =>
  environment.constants as unknown as Constants;

/** A sandbox holds test data whatever the mode says. */
export const isLive = ({ environment, userContext }: Surroundings): boolean =>
  environment.mode === 'live' && !userContext.account.isSandbox;

export function describeMode({ environment, userContext }: Surroundings): 'Live mode' | 'Test mode' | 'Sandbox' {
  if (userContext.account.isSandbox) return 'Sandbox';
  return environment.mode === 'live' ? 'Live mode' : 'Test mode';
}

/** Built-in roles that Stripe lets install and configure apps; a role may come without its id. */
const CHANGING_ROLES = ['admin', 'administrator', 'super_admin', 'super administrator', 'developer'];

/**
 * Whether to offer Save, Connect and the like. This is a courtesy: what the backend can verify is the person and the
 * account. Custom roles, and a Dashboard that names no role, are given the benefit of the doubt.
 */
export function canChange({ userContext }: Surroundings): boolean {
  const roles = userContext.roles ?? [];
  return (
    roles.length === 0 ||
    roles.some((role) => role.type === 'custom' || CHANGING_ROLES.includes((role.id ?? role.name).toLowerCase()))
  );
}

/** The app's settings page: https://docs.stripe.com/stripe-apps/app-settings */
export function settingsUrl(surroundings: Surroundings): string {
  const mode = surroundings.environment.mode === 'test' ? 'test/' : '';
  const { account } = surroundings.userContext;
  return `https://dashboard.stripe.com/${account.id}/${mode}settings/apps/${readConstants(surroundings).APP_ID}`;
}
