/** An email of a run, right before it goes: whether what it says still is so, and made from what is known then. */
import { findStep, type EmailContent, type EmailStep } from '../../shared/workflow';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { notSent, notYet, STATE_UNKNOWN, WAITS_FOR_STRIPE } from '../../shared/words/only-while';
import { allDone } from '../all-done';
import { propertiesOf, type ObjectState } from '../audience/object-states';
import type { Context } from '../context';
import { byId, keyFor, keyText, selectByKeys, type TenantKey } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { tenantKey, tenantOf, tenantsOf } from '../db/tenant';
import { transact } from '../db/transact';
import { composeEmail } from '../emails/compose';
import { writeDateTime } from '../emails/dates';
import type { Brought, Preparation, Prepared } from '../emails/preparation';
import { isCopy, recipientOf } from '../emails/recipient';
import { prepareTransactional } from '../emails/send-transactional';
import { groupBy } from '../group-by';
import { readLogosOfAll, type Logo } from '../settings/logos';
import { readSettingsOfAll } from '../settings/settings';
import { askForFailure } from './ask-for-failure';
import { askForState } from './ask-for-state';
import { askedFor, type AskedFor } from './asked-for';
import { contactFacts } from './contact-facts';
import { definitionOf } from './definitions';
import { eventKey, readEventFacts, type EventFacts } from './event-facts';
import { emailLacksFailure, withFailure } from './failure';
import { listsNamedIn, whyOffList } from './list-of-email';
import { isAboutOthers, isConditional, judge, NOT_YET_MS } from './only-while';
import { endRuns } from './runs';
import type { PropertyScope } from './match';
import type { Settings } from '../../shared/settings';

type Email = Row<'email'>;

/** A state that is older may have changed since: Stripe is asked. */
const NEWS_MS = 5 * 60_000;
/** How long an email waits for Stripe to be asked, since it was queued or the state was last known; tried once at least. */
const UNKNOWN_MS = 24 * 60 * 60_000;
const NOT_YET_AGAIN_MS = 60 * 60_000;

export const emailPreparation: Preparation = {
  async kinds(ctx, emails) {
    const ids = emails.flatMap((email) => (email.workflow_id === null ? [] : keyFor(email, email.workflow_id)));
    const workflows = byId(await selectByKeys(ctx.db, 'workflow', 'id', ids));
    const known = emails.flatMap((email) => {
      const content = contentOf({ email, workflow: workflows.get(keyText(email, email.workflow_id ?? '')) });
      return content ? ([[email.id, content.kind]] as const) : [];
    });
    return new Map(known);
  },

  async prepare(ctx, emails, brought) {
    const facts = await loadFacts(ctx.db, emails);
    const now = ctx.clock.now();
    return emails.map((email) => prepareOne(ctx, facts(email), brought.get(email.id), now));
  },

  async ask(ctx, email) {
    const before = (await loadFacts(ctx.db, [email]))(email);
    if (isStateWanted(before, ctx.clock.now()) || isMoreAsked(before)) await askForState(ctx, email);
    const facts = (await loadFacts(ctx.db, [email]))(email);
    const [content, { state }] = [contentOf(facts), facts];
    if (state && content && emailLacksFailure(content, state)) await askForFailure(ctx, state);
  },

  async endRuns(ctx, ended) {
    for (const { email, outcome } of ended) {
      if (email.run_id === null) continue;
      const ending = { status: 'exited', reason: 'not_true', outcome, now: ctx.clock.now() } as const;
      await transact(ctx.db, (trx) => endRuns(trx, tenantOf(email), [email.run_id ?? ''], ending));
    }
  },
};

interface EmailFacts {
  email: Email;
  settings: Settings;
  logo: Logo | undefined;
  /** Undefined for a test send, which was made when it was asked for. */
  run: Row<'run'> | undefined;
  workflow: Row<'workflow'> | undefined;
  contact: Row<'contact'> | undefined;
  /** Undefined when its payload isn't kept any more. */
  event: EventFacts | undefined;
  state: ObjectState | undefined;
  /** What a program asked for, and with what. */
  transactional: Row<'transactional_email'> | undefined;
  data: Row<'email_data'> | undefined;
  /** What the contact is on or has left, and all lists that are named. */
  memberships: readonly Row<'list_membership'>[];
  lists: ReadonlyMap<string, Row<'mailing_list'>>;
  /** The other subscriptions of the contact's customers. */
  others: readonly ObjectState[];
}

function prepareOne(ctx: Context, facts: EmailFacts, brought: Brought | undefined, now: number): Prepared {
  const { email, run, workflow, contact, event, state, settings, logo } = facts;
  if (email.transactional_id !== null) return prepareTransactional(ctx, facts, brought, now);
  if (!run) return { kind: 'ready', made: null };
  const definition = workflow && definitionOf(workflow);
  const content = contentOf(facts);
  const gone = (outcome: string): Prepared => ({ kind: 'untrue', reason: 'run_ended', outcome });
  if (!definition || !content) return gone(EMAIL_REASONS.stepRemoved);
  if (!contact) return gone(EMAIL_REASONS.contactDeleted);
  // The step was edited since: marketing goes to nobody but the contact.
  if (isCopy(email) && content.kind === 'marketing')
    return { kind: 'keep', reason: 'transactional_only', outcome: EMAIL_REASONS.notForCopies };
  const step = stepOf(facts);
  const list = facts.lists.get(keyText(email, step?.list ?? ''));
  const offList = step && whyOffList(step, list, facts.memberships);
  if (offList) return { kind: 'keep', reason: 'not_on_list', outcome: offList };
  if (!event) return gone(EMAIL_REASONS.payloadGone);
  const obstacle = isJudged(facts) ? obstacleTo(facts, definition.trigger.event) : undefined;
  // What is not asked of it, it says as well as it can without.
  if (!obstacle && isMoreAsked(facts) && !brought && email.outcome !== WAITS_FOR_STRIPE) return { kind: 'ask' };
  if (obstacle) return obstacle;
  if (!brought && emailLacksFailure(content, state)) return { kind: 'ask' };
  // It took long to make: what it is about may have become another since.
  const madeFrom = state ? `${state.stamp} ${state.known_at} ${state.failure ?? ''}` : '';
  if (typeof brought === 'object' && brought.madeFrom === madeFrom)
    return { kind: 'ready', made: Promise.resolve(brought) };
  const scope: PropertyScope = {
    event: event.properties,
    contact: contactFacts(contact),
    ...(state && state.status !== 'gone' ? { subject: subjectOfEmail(state) } : {}),
  };
  const request = {
    tenant: tenantOf(email),
    settings,
    logo,
    trigger: definition.trigger.event,
    content,
    to: recipientOf(email, contact),
    ...withFailure(scope, state),
    origin: { run, stepId: email.step_id ?? '' },
  };
  const made = composeEmail(ctx, request, now, email.id).then((composed) => ({ ...composed, madeFrom }));
  return { kind: 'ready', made };

  /** What Stripe said for an earlier email counts for nothing. */
  function subjectOfEmail(known: ObjectState) {
    const { next_amount, next_currency, ...properties } = propertiesOf(known);
    return brought
      ? { ...properties, next_amount: next_amount ?? null, next_currency: next_currency ?? null }
      : properties;
  }

  /** Why it may not go now; undefined when what it says is so. */
  function obstacleTo({ others, event }: EmailFacts, trigger: EventFacts['type']): Prepared | undefined {
    const waited = now - email.created_at;
    if (!brought && isStateWanted(facts, now)) return { kind: 'ask' };
    const verdict = state && judge(trigger, { state, others, event: event?.properties }, writeDateTime(settings));
    const isKnown = isNews(facts, now) || brought !== undefined;
    if (!verdict || (!isKnown && (settings.only_while_unknown !== 'send' || verdict.kind !== 'true')))
      return { kind: 'untrue', reason: 'state_unknown', outcome: STATE_UNKNOWN };
    if (verdict.kind === 'true') return undefined;
    if (verdict.kind === 'over' || waited >= NOT_YET_MS)
      return { kind: 'untrue', reason: 'not_true', outcome: notSent(verdict.cause) };
    return { kind: 'wait', dueAt: now + NOT_YET_AGAIN_MS, outcome: notYet(verdict.cause) };
  }
}

const stepOf = ({ email, workflow }: Pick<EmailFacts, 'email' | 'workflow'>): EmailStep | undefined => {
  const step = workflow && findStep(definitionOf(workflow), email.step_id ?? '')?.step;
  return step?.kind === 'email' ? step : undefined;
};

const namedLists = (workflows: ReadonlyMap<string, Row<'workflow'>>): TenantKey[] =>
  [...workflows.values()].flatMap((workflow) =>
    listsNamedIn(definitionOf(workflow)).map((list) => keyFor(workflow, list)),
  );

const contentOf = (facts: Pick<EmailFacts, 'email' | 'workflow'>): EmailContent | undefined => stepOf(facts)?.email;

/** Whether it goes only while what it says of its subject is so. */
const isJudged = ({ run, workflow }: EmailFacts): boolean =>
  workflow !== undefined && run !== undefined && run.subject_id !== null && isConditional(definitionOf(workflow));

/** What no event tells of its subject. */
function isMoreAsked({ email, run, workflow }: EmailFacts): boolean {
  const { nextInvoice, card } = workflow ? askedFor(definitionOf(workflow), email.step_id) : NOTHING_ASKED;
  return (nextInvoice || card) && run?.subject_kind === 'subscription';
}
const NOTHING_ASKED: AskedFor = { nextInvoice: false, card: false };

/** That it ended may be news; whether another goes on is not said by it. */
const isNews = (facts: EmailFacts, now: number): boolean => {
  const { state, workflow } = facts;
  return (
    workflow !== undefined &&
    !isAboutOthers(definitionOf(workflow).trigger.event) &&
    !isMoreAsked(facts) &&
    state !== undefined &&
    now - state.known_at < NEWS_MS
  );
};

/** Whether Stripe is to be asked how its subject stands: not any more after a day of trying. */
function isStateWanted(facts: EmailFacts, now: number): boolean {
  const { email, state } = facts;
  const isHopeless =
    email.outcome === WAITS_FOR_STRIPE && now - Math.max(email.created_at, state?.known_at ?? 0) >= UNKNOWN_MS;
  return isJudged(facts) && !isNews(facts, now) && !isHopeless;
}

/** All that is known of the emails, of all accounts in few statements. */
async function loadFacts(db: Db, emails: readonly Email[]): Promise<(email: Email) => EmailFacts> {
  const named = (
    column: 'run_id' | 'workflow_id' | 'contact_id' | 'event_id' | 'subject_id' | 'transactional_id',
  ): TenantKey[] => emails.flatMap((email) => (email[column] === null ? [] : keyFor(email, email[column])));
  const ofPrograms = emails.flatMap((email) => (email.transactional_id === null ? [] : keyFor(email, email.id)));
  const [settings, logos, runs, workflows, contacts, links, states, events, transactional, data] = await allDone([
    readSettingsOfAll(db, tenantsOf(emails)),
    readLogosOfAll(db, tenantsOf(emails)),
    selectByKeys(db, 'run', 'id', named('run_id')).then(byId),
    selectByKeys(db, 'workflow', 'id', named('workflow_id')).then(byId),
    selectByKeys(db, 'contact', 'id', named('contact_id')).then(byId),
    selectByKeys(db, 'customer_link', 'contact_id', named('contact_id')),
    selectByKeys(db, 'object_state', 'id', named('subject_id')).then(byId),
    readEventFacts(db, named('event_id')),
    selectByKeys(db, 'transactional_email', 'id', named('transactional_id')).then(byId),
    selectByKeys(db, 'email_data', 'email_id', ofPrograms),
  ]);
  const listKeys = namedLists(workflows);
  const lists = await selectByKeys(db, 'mailing_list', 'id', listKeys).then(byId);
  const members = listKeys.length === 0 ? [] : named('contact_id');
  const memberships = await selectByKeys(db, 'list_membership', 'contact_id', members);
  const dataOf = new Map(data.map((one) => [keyText(one, one.email_id), one]));
  const membershipsOf = groupBy(memberships, (one) => keyText(one, one.contact_id));
  const customers = links.map((link) => keyFor(link, link.customer_id));
  const isSubscription = { where: "kind = 'subscription'" };
  const subscriptions = await selectByKeys(db, 'object_state', 'customer_id', customers, isSubscription);
  const contactOf = new Map(
    links.map((link) => [keyText(link, link.customer_id), keyText(link, link.contact_id ?? '')]),
  );
  const ofContact = groupBy(subscriptions, (state) => contactOf.get(keyText(state, state.customer_id ?? '')) ?? '');
  return (email) => {
    const found = <R>(rows: Map<string, R>, id: string | null) =>
      id === null ? undefined : rows.get(keyText(email, id));
    const own = ofContact.get(keyText(email, email.contact_id ?? '')) ?? [];
    return {
      email,
      settings: settings.get(tenantKey(tenantOf(email)))!,
      logo: logos.get(tenantKey(tenantOf(email))),
      run: found(runs, email.run_id),
      workflow: found(workflows, email.workflow_id),
      contact: found(contacts, email.contact_id),
      event: events.get(eventKey(tenantOf(email), email.event_id ?? '')),
      state: found(states, email.subject_id),
      transactional: found(transactional, email.transactional_id),
      data: found(dataOf, email.id),
      memberships: membershipsOf.get(keyText(email, email.contact_id ?? '')) ?? [],
      lists,
      others: own.filter(({ id }) => id !== email.subject_id),
    };
  };
}
