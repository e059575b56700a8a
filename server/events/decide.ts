/** From a claimed event to its verdict: is it ours, is it on, whose is it, what does it change. */
import { CATALOGUE, EVENT_TYPES, isOwnType, isTriggerType } from '../../shared/catalogue';
import { isScheduleType } from '../../shared/schedules';
import type { EventReason, EventStatus } from '../../shared/api';
import { choiceFor, type Settings } from '../../shared/settings';
import { describeOwn } from '../../shared/words/own-events';
import { uncapitalize } from '../../shared/capitalize';
import { lastGrantAt, type HeldInstall } from '../installs/installs';
import { stampOf } from '../audience/stamp';
import type { ReadObject } from '../stripe-objects/types';
import { applyEvent, applySubscriptionUpdate, isGone, type Verdict } from './apply-event';
import { isLate } from '../workflows/run-key';
import { namesContact, type InstallFacts } from './facts';
import type { EventJob } from './job';
import { judgeReactivations } from './lifecycle-events';

export type Decision = Omit<Verdict, 'status'> & {
  status: EventStatus;
  startsWorkflows: boolean;
  /** The app was uninstalled. */
  endsInstall?: boolean;
  /** Of the event stays only its row, which names nobody: it is of no install, or of a customer of whom nothing is kept. */
  isForgotten?: boolean;
};

const NOT_BACK = 'Another subscription of the customer was there, as is known now';
const CUSTOMER_GONE = 'The customer had been deleted before';
const NOT_INSTALLED = 'The account was not connected in this mode';

const end = (status: EventStatus, reason: EventReason | null, outcome: string): Decision => ({
  status,
  reason,
  outcome,
  contact: null,
  startsWorkflows: false,
});

/** Only Stripe can tell: whose event it is, and which invoice a refund is of; or, where the event is off, the invoice alone. */
export type Question = 'ask' | 'ask_invoice';

/** Changes the audience in memory, where the answer is no question. `now` in epoch milliseconds. */
export function decide(facts: InstallFacts, job: EventJob, now: number): Decision | Question {
  const decision = judge(facts, job, now);
  if (typeof decision === 'string') return decision;
  const { object, asked } = job;
  const customerId = object?.customerId ?? asked?.customerId ?? null;
  const isForgotten = !facts.install || isGone(facts.audience, facts.settings, customerId);
  return isForgotten ? { ...decision, isForgotten } : decision;
}

function judge(facts: InstallFacts, job: EventJob, now: number): Decision | Question {
  const { install, settings, audience } = facts;
  const { row, object } = job;
  const { type, created } = row;
  if (!install) return end('ignored', 'not_installed', NOT_INSTALLED);
  if (type === 'account.application.deauthorized') return decideUninstall(install, created);
  if (type === 'account.application.authorized') return end('processed', null, 'The app was installed');
  const ofNamed = namesContact(type) ? decideOfNamed(facts, row) : null;
  if (ofNamed && !ofNamed.contact) return { ...ofNamed, startsWorkflows: false };
  if (!object) return end('skipped', 'malformed', 'The event’s payload could not be read');
  // Whatever the settings say: emails are judged by it. An event of our own brings no news: what caused it did.
  if (!isGone(audience, settings, object.customerId)) {
    if (object.state && !isOwnType(type))
      audience.recordObject(object.state, {
        stamp: stampOf(type, created),
        knownAt: Math.min(created * 1000, now),
        dueAt: install.has_schedules === 1 ? now : null,
      });
    if (!isOwnType(type)) audience.failedInvoices.follow(type, object, created * 1000, settings.holdout_percent);
    if (object.payment) audience.payments.record(object.payment, created * 1000);
    if (object.refund && job.asked === undefined && audience.payments.isUnknown(object.refund))
      return isTriggerType(type) && choiceFor(settings, type).enabled ? 'ask' : 'ask_invoice';
    if (object.refund) audience.payments.recordRefund(object.refund, job.asked?.invoiceId ?? null, created);
  }
  if (type === 'invoice.voided' || type === 'invoice.marked_uncollectible')
    return { ...end('processed', null, 'Recorded the state of the invoice'), contact: contactOf(facts, object) };
  // Of the types without a choice only those about the install are left.
  if (!isTriggerType(type)) return end('ignored', 'event_off', 'Off in settings');
  const said = describeOwn(type, object.properties, settings.locale);
  if (type === 'lifecycle.reactivated' && !isBack(facts, object))
    return { ...end('skipped', 'stale', NOT_BACK), contact: contactOf(facts, object) };
  const choice = choiceFor(settings, type);
  // Off when Stripe was asked, and on since: then whose it is wasn't asked.
  const asked = job.asked?.isOfInvoiceOnly ? undefined : job.asked;
  if (!choice.enabled && type === 'customer.subscription.updated' && isBillingWanted(settings)) {
    if (isGone(audience, settings, object.customerId))
      return end('skipped', 'contact_deleted', 'The contact of this customer was deleted');
    return { ...applySubscriptionUpdate(audience, { type, created, object, asked }), startsWorkflows: false };
  }
  if (!choice.enabled) return end('ignored', 'event_off', said ? `${said}; off in settings` : 'Off in settings');
  // Nothing that anybody did: it is no reason to ask Stripe for a customer, or to make a contact.
  if (isScheduleType(type) && !contactOf(facts, object)) return endWithoutContact(facts, object);
  if (isScheduleType(type) && audience.linkOf(object.customerId ?? '')?.state !== 'alive')
    return { ...end('skipped', 'contact_deleted', CUSTOMER_GONE), contact: contactOf(facts, object) };
  const applied = ofNamed ?? applyEvent(audience, settings, { type, created, object, asked }, now);
  if (applied === 'ask') return 'ask';
  const outcome = ofNamed ? (said ?? ofNamed.outcome) : said && `${said}; ${uncapitalize(applied.outcome)}`;
  const verdict = outcome ? { ...applied, outcome } : applied;
  const isTooLate = row.replay === null && isLate(created, now);
  if (!choice.trigger_workflows || !verdict.contact) return { ...verdict, startsWorkflows: false };
  if (!isTooLate) return { ...verdict, startsWorkflows: true };
  return {
    ...verdict,
    startsWorkflows: false,
    reason: verdict.reason ?? 'late',
    outcome: `${verdict.outcome}; more than 72 hours old, so no workflow was started`,
  };
}

/** Its contact was known when it was made, and what it says of it is written. Throws where that merges just now: it is tried again. */
function decideOfNamed({ namedContacts, audience }: InstallFacts, { seq }: EventJob['row']): Verdict {
  const id = namedContacts.get(seq) ?? null;
  if (id === null) {
    const outcome = 'Its contact was deleted';
    return { status: 'skipped', reason: 'contact_deleted', outcome, contact: null };
  }
  const contact = audience.contactById(id);
  if (!contact) throw new Error('the contact of an event became another');
  return { status: 'processed', reason: null, outcome: 'Received from the API', contact };
}

/** Judged by all that is known now, whatever was when it was made. */
const isBack = ({ subscriptions }: InstallFacts, { objectId, customerId }: ReadObject): boolean =>
  judgeReactivations(subscriptions.filter((one) => one.customer_id === customerId)).some(
    ({ state, since }) => state.id === objectId && since !== null,
  );

const contactOf = ({ audience }: InstallFacts, { customerId }: ReadObject) => audience.contactOf(customerId) ?? null;

const endWithoutContact = ({ audience, settings }: InstallFacts, { customerId }: ReadObject): Decision =>
  isGone(audience, settings, customerId)
    ? end('skipped', 'contact_deleted', 'The contact of this customer was deleted')
    : end('skipped', 'no_email', 'The customer has no contact');

/**
 * As the enabled events say that fill billing fields. Only where none of them is on do the others count: their choice
 * starts as on, and screens don't offer it.
 */
function isBillingWanted({ events }: Settings): boolean {
  const enabled = EVENT_TYPES.filter((type) => events[type].enabled);
  const filling = enabled.filter((type) => CATALOGUE[type].syncs_billing);
  return (filling.length > 0 ? filling : enabled).some((type) => events[type].sync_billing);
}

/** Another app can't uninstall what has been connected again since. `created` in epoch seconds. */
function decideUninstall(install: HeldInstall, created: number): Decision {
  if (created * 1000 < lastGrantAt(install) - 1_000)
    return end('processed', 'stale', 'The app has been installed again since');
  return {
    ...end('processed', null, 'The app was uninstalled; the account is disconnected'),
    endsInstall: true,
  };
}
