import { useMemo } from 'react';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import { type Client, createClient } from '../client';
import { isLive, readConstants } from './surroundings';

/** The same client until the account, the mode or the person changes. */
export function useClient(context: ExtensionContextValue): Client {
  const apiBase = readConstants(context).API_BASE;
  const userId = context.userContext.id;
  const accountId = context.userContext.account.id;
  const livemode = isLive(context);
  return useMemo(() => createClient({ apiBase, userId, accountId, livemode }), [apiBase, userId, accountId, livemode]);
}
