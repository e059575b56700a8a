/** What became of an event, in a sentence: which of our words stand in it, and the same where the address stands beside it. */
import type { EventStatus, EventView } from '../../../shared/api';
import type { TermKey } from '../../../shared/words/help';

const OF_STATUS: Record<EventStatus, TermKey[]> = {
  pending: [],
  processed: ['processed'],
  ignored: ['ignored'],
  skipped: ['skipped'],
  waiting: ['waiting'],
  failed: ['event_failed'],
};

/** As the sentence begins, or goes on after a lifecycle event's own. */
const DOING = /\b(created|updated|matched|linked) contact\b/i;

export function termsOf({ status, outcome }: Pick<EventView, 'status' | 'outcome'>): TermKey[] {
  const doing = DOING.exec(outcome)?.[1]?.toLowerCase() as TermKey | undefined;
  return [...OF_STATUS[status], ...(doing ? [doing] : [])];
}

export const withoutAddress = ({ outcome, email }: Pick<EventView, 'outcome' | 'email'>): string =>
  email === null ? outcome : outcome.replaceAll(` contact ${email}`, ' contact');
