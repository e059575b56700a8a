/** What a page says, once, about the form that led to it. */
import type { Response } from 'express';
import type { Context } from '../context';
import { leaveNotice, takeNotice } from '../installs/notice-cookie';

export interface Notice {
  tone: 'good' | 'bad';
  text: string;
}

const DONE = {
  connected: 'Connected to Stripe. Choose what should happen below, then save.',
  saved: 'Settings saved.',
  logo_saved: 'Logo saved. Emails and pages show it from now on.',
  logo_deleted: 'Logo removed.',
  import: 'Import started. It goes on in the background.',
  disconnected: 'Disconnected. Tillpost no longer has access to this Stripe account.',
  erased: (about: string) =>
    `All data of ${about} is being deleted: its contacts, events, workflows, emails, settings and logo. Only hashes stay of addresses that must not be mailed.`,
  session_ended: 'That session was signed out.',
  switched: 'Now showing another account or mode.',
  profile: 'Profile saved.',
  profile_unsubscribed: 'Profile saved. Whoever has this address had unsubscribed, and stays so.',
  note: 'Note saved.',
  contact_added: 'Contact added.',
  contact_added_unsubscribed: 'Contact added. They had unsubscribed before, and stay so.',
  filter_saved: 'Filter saved. It stands above the list.',
  filter_deleted: 'Saved filter removed.',
  sent_again: 'This is the new email. It goes like any other: judged and made when its turn comes.',
  replayed_many: (about: string) => `${about} run again. What comes of each shows in a moment.`,
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
  run_started: 'Run started. It goes on in a moment.',
  run_stopped: 'Run stopped. Nothing more is sent in it.',
  run_advanced: 'The wait is over: the run goes on now, or once its workflow does.',
  checklist_hidden: 'The checklist is hidden. Settings → Stripe shows it again.',
  retried_many: (about: string) => `${about}.`,
  discarded: 'Email discarded. It isn’t sent.',
  discarded_many: (about: string) => `${about} discarded.`,
  retried: 'The email is queued again.',
  key_revoked: 'Key revoked. It is refused from now on.',
  event_forgotten: 'Forgotten. It is learned anew when it comes again.',
  endpoint_saved: 'Endpoint saved.',
  endpoint_on: 'Endpoint turned on. It is told of what happens from now on.',
  endpoint_off: 'Endpoint turned off. What happens meanwhile is not delivered later.',
  endpoint_deleted: 'Endpoint deleted.',
  test_message: 'The test message goes in a moment.',
  delivery_again: 'It is sent again in a moment.',
  forwarding_saved: 'Saved.',
  forwarding_off: 'Saved. Nothing is forwarded.',
  forwarding_everyone: 'All contacts are on their way. It goes on in the background.',
  forwarding_removed: 'Key removed. Nothing is forwarded any more.',
  forwarded_again: 'It goes again. What comes of it shows in a moment.',
  list_saved: 'Mailing list saved.',
  list_deleted: 'Mailing list deleted.',
  transactional_saved: 'Draft saved. What is published stays as it was.',
  transactional_published: 'Published. Programs send this from now on.',
  transactional_deleted: 'Draft deleted.',
} as const;
export type Done = keyof typeof DONE;

type Words = string | ((about: string) => string);

export function noticeFor(done: Done, about = 'this account'): Notice {
  const words: Words = DONE[done];
  return { tone: 'good', text: typeof words === 'string' ? words : words(about) };
}

/** The notice that was left for this page; it won't be there again. */
export function noticeOf(ctx: Context, res: Response): Notice | null {
  const left = takeNotice(ctx, res);
  return left && Object.hasOwn(DONE, left.done) ? noticeFor(left.done as Done, left.about) : null;
}

/** Leaves the notice for `path`, and returns it for the redirect. */
export const withNotice = (ctx: Context, res: Response, path: string, done: Done, about?: string): string =>
  leaveNotice(ctx, res, path, { done, ...(about === undefined ? {} : { about }) });
