/** What the preview's page, its frame and its server say to each other. */
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';

/** What the page offers to choose from. */
export interface Stage {
  appName: string;
  constants: { API_BASE: string; APP_ID: string };
  views: { viewport: string; component: string }[];
  accounts: { id: string; name: string }[];
  eventTypes: readonly string[];
}

export interface Customer {
  id: string;
  name: string;
}

/** The frame says READY; the page answers INIT with a port for the calls in both directions. */
export const READY = 'preview:ready';
export const INIT = 'preview:init';

export type Context = ExtensionContextValue;
