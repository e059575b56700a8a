/** The sentences about connecting, in one place because four views say them. */
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import { describeMode } from './surroundings';

export const ASK_SOMEONE = 'Ask an administrator or developer of this account to connect it.';

export function describeConnecting(context: ExtensionContextValue, overview: Overview): string {
  const what =
    overview.status === 'removed'
      ? 'Tillpost was disconnected from this account. Connect again to carry on where you left off.'
      : 'Keep a contact for every customer, and send the right email when something happens in Stripe.';
  return describeMode(context) === 'Live mode'
    ? what
    : `${what} This connects ${describeMode(context) === 'Sandbox' ? 'this sandbox' : 'test mode'} only.`;
}
