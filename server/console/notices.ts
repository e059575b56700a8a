/** What a page says about the form that led to it. Only these words can be asked for by `?done=…`, never a text. */
export interface Notice {
  tone: 'good' | 'bad';
  text: string;
}

const DONE = {
  connected: 'Connected to Stripe. Choose what should happen below, then save.',
  saved: 'Settings saved.',
  import: 'Import started. It goes on in the background.',
  disconnected: 'Disconnected. Tillpost no longer has access to this Stripe account.',
  erased: 'All data of this account was deleted.',
  session_ended: 'That session was signed out.',
  switched: 'Now showing another account or mode.',
  group: 'User group saved.',
  billing_contacts: 'Billing contacts saved.',
  unsubscribed: 'Unsubscribed. This contact gets no marketing emails any more.',
  resubscribed: 'Subscribed again.',
  lifted: 'This address may get emails again.',
  contact_deleted: 'Contact deleted.',
  replayed: 'The event runs again. Its outcome shows here in a moment.',
  workflow_created: 'Workflow created as a draft. Nothing is sent until you activate it.',
  workflow_saved: 'Workflow saved.',
  workflow_published: 'Published. New runs follow it, and those under way from their next step on.',
  draft_saved: 'Draft saved. Runs follow the published version until you publish it.',
  draft_discarded: 'Changes discarded. This is the published version.',
  event_on: 'Event turned on. It counts from the next one on.',
  workflow_activated: 'Workflow active. It starts with the next event.',
  workflow_paused: 'Workflow paused. Runs under way wait where they are.',
  workflow_deleted: 'Workflow deleted.',
  workflow_duplicated: 'Copied as a draft.',
  run_stopped: 'Run stopped. Nothing more is sent in it.',
  run_advanced: 'The wait is over: the run goes on now, or once its workflow does.',
  retried: 'The email is queued again.',
} as const;
export type Done = keyof typeof DONE;

export function noticeFor(done: unknown): Notice | null {
  return typeof done === 'string' && Object.hasOwn(DONE, done) ? { tone: 'good', text: DONE[done as Done] } : null;
}

/** `path` with the notice to show there. */
export const withNotice = (path: string, done: Done): string => `${path}${path.includes('?') ? '&' : '?'}done=${done}`;
