/** What a client may ask: the same functions as the console's, answered in words and as data. All of them only read. */
import { z } from 'zod';
import type { ContactView, EmailView, EventView, List, Rehearsal, RunView } from '../../shared/api';
import { formatMoney } from '../../shared/money';
import { explainEmail, explainRun, nameContact, nameEmail, nameEvent } from '../../shared/words/explanations';
import { RECOVERY_WORDS } from '../../shared/words/recovery';
import { nameStop, REHEARSAL_LIMITS, REHEARSAL_VERDICT_WORDS } from '../../shared/words/rehearsal';
import {
  CONTACT_STATUS_WORDS,
  EVENT_STATUS_WORDS,
  nameEmailState,
  RUN_STATUS_WORDS,
} from '../../shared/words/statuses';
import { parseEmail } from '../audience/address';
import { findContactByCustomer, findContactByEmail, findContactByUserId, readContact } from '../audience/contacts';
import { MOST_MONTHS, reportRecovery } from '../audience/recovery-report';
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { findEmail, viewEmail } from '../emails/emails';
import { listEmails } from '../emails/list-emails';
import { AppError } from '../errors';
import { listEvents, readEvent } from '../events/events';
import { lastMonths } from '../local-months';
import { readSettings } from '../settings/settings';
import { listRuns } from '../workflows/list-runs';
import { rehearsalDays, rehearse } from '../workflows/rehearsal/rehearse';
import { readWorkflow } from '../workflows/read-workflows';

interface Asking {
  ctx: Context;
  tenant: Tenant;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

interface Told {
  /** Lines. */
  words: string[];
  data: Record<string, unknown>;
}

export interface Tool {
  name: string;
  title: string;
  description: string;
  input: z.ZodObject;
  /** Throws AppError, whose message the client gets. `args` are of `input`. */
  answer(asking: Asking, args: unknown): Promise<Told>;
}

const tool = <I extends z.ZodObject>(
  one: Omit<Tool, 'input' | 'answer'> & { input: I; answer(asking: Asking, args: z.output<I>): Promise<Told> },
): Tool => ({ ...one, answer: (asking, args) => one.answer(asking, args as z.output<I>) });

const RECENT = 10;
const DAY_MS = 86_400_000;

const id = (of: string) => z.string().min(1).max(255).describe(of);
const whole = (least: number, most: number, usual: number) => z.int().min(least).max(most).default(usual);

const CONTACT_INPUT = {
  email: z.string().max(255).optional().describe('Email address of the contact.'),
  id: id('Id of the contact, con_….').optional(),
  user_id: id('The id that your own programs gave the contact.').optional(),
  customer: id('A Stripe customer of the contact, cus_….').optional(),
};
type ContactInput = z.output<z.ZodObject<typeof CONTACT_INPUT>>;

export const TOOLS: readonly Tool[] = [
  tool({
    name: 'find_contact',
    title: 'Find a contact',
    description:
      'A person in the audience, by one of email, id, user_id or customer: consent, billing, and their latest events and emails.',
    input: z.object(CONTACT_INPUT),
    async answer({ ctx: { db }, tenant }, args) {
      const contact = await getContact({ db }, tenant, args);
      const events = await listEvents(db, tenant, { contact: contact.id, limit: RECENT });
      const emails = await listEmails(db, tenant, { contact: contact.id, limit: RECENT });
      const words = [
        describeContact(contact),
        ...section('Latest events', events, describeEvent),
        ...section('Latest emails', emails, describeEmail),
      ];
      return { words, data: { contact, events: events.data, emails: emails.data } };
    },
  }),
  tool({
    name: 'explain_email',
    title: 'Explain an email',
    description:
      'Why an email was or wasn’t sent. With email (eml_…): that one and its event. Else with one of email ' +
      'address (address), contact, user_id or customer: the latest emails, workflow runs and events of that person, each ' +
      'with its reason. A run that ended before its email, and an event that started nothing, say so.',
    input: z.object({
      email: id('Id of the email, eml_….').optional(),
      address: CONTACT_INPUT.email,
      contact: CONTACT_INPUT.id,
      user_id: CONTACT_INPUT.user_id,
      customer: CONTACT_INPUT.customer,
    }),
    answer: ({ ctx, tenant }, { email, address, contact, user_id, customer }) =>
      email === undefined
        ? explainEmailsOf(ctx, tenant, { email: address, id: contact, user_id, customer })
        : explainOne(ctx, tenant, email),
  }),
  tool({
    name: 'list_failures',
    title: 'List failures',
    description:
      'What went wrong lately: emails that failed, bounced or are held, events that failed or wait for Stripe, runs that failed.',
    input: z.object({
      days: whole(1, 90, 7).describe('How many days back.'),
      limit: whole(1, 50, 20).describe('At most so many of each.'),
    }),
    async answer({ ctx: { db, clock }, tenant }, { days, limit }) {
      const range = { since: clock.now() - days * DAY_MS, limit };
      const found = {
        emails_failed: await listEmails(db, tenant, { ...range, status: 'failed' }),
        emails_held: await listEmails(db, tenant, { ...range, status: 'held' }),
        emails_bounced: await listEmails(db, tenant, { ...range, fate: 'bounced' }),
        events_failed: await listEvents(db, tenant, { ...range, status: 'failed' }),
        events_waiting: await listEvents(db, tenant, { ...range, status: 'waiting' }),
        runs_failed: await listRuns(db, tenant, { ...range, status: 'failed' }),
      };
      const words = [
        ...section('Emails that failed', found.emails_failed, describeEmail),
        ...section('Emails that are held', found.emails_held, describeEmail),
        ...section('Emails that bounced', found.emails_bounced, describeEmail),
        ...section('Events that failed', found.events_failed, describeEvent),
        ...section('Events that wait', found.events_waiting, describeEvent),
        ...section('Runs that failed', found.runs_failed, describeRun),
      ];
      const lists = Object.entries(found).map(([name, list]) => [name, list.data]);
      const hasMore = Object.values(found).some(({ has_more }) => has_more);
      return {
        words: words.length > 0 ? words : [`Nothing failed in the last ${plural(days, 'day')}.`],
        data: { ...(Object.fromEntries(lists) as Record<string, unknown>), has_more: hasMore },
      };
    },
  }),
  tool({
    name: 'recovery_report',
    title: 'Recovered payments',
    description:
      'What became of invoices whose payment failed, by month and currency: recovered without mail, after mail, after a click, open, lost.',
    input: z.object({ months: whole(1, MOST_MONTHS, 3).describe('How many months, this one included.') }),
    async answer({ ctx: { db, clock }, tenant }, { months }) {
      const { timezone, locale } = await readSettings(db, tenant);
      const report = await reportRecovery(db, tenant, lastMonths(months, clock.now(), timezone), timezone);
      const words = report.data.flatMap((month) => {
        const say = ({ count, amount }: { count: number; amount: number }) =>
          `${count} (${formatMoney(amount, month.currency, locale)})`;
        const outcomes = Object.entries(RECOVERY_WORDS).map(
          ([outcome, { label }]) => `${label}: ${say(month[outcome as keyof typeof RECOVERY_WORDS])}`,
        );
        return [
          `${month.month}, ${month.currency.toUpperCase()}: ${say(month.failed)} failed. ${outcomes.join('; ')}.`,
        ];
      });
      return {
        words: words.length > 0 ? words : ['No payment failed in these months.'],
        data: { timezone, data: report.data, holdout: report.holdout },
      };
    },
  }),
  tool({
    name: 'rehearse',
    title: 'Rehearse a workflow',
    description:
      'Plays a stored workflow over the events of the last days: whom it would have mailed, and what would have stopped it. Sends and writes nothing; one at a time.',
    input: z.object({
      workflow: id('Id of the workflow, wfl_….'),
      days: rehearsalDays.describe('How many days back.'),
    }),
    async answer({ ctx, tenant, signal }, { workflow, days }) {
      const stored = getFound(await readWorkflow(ctx.db, tenant, workflow), 'workflow');
      const result = await rehearse(ctx, tenant, { id: stored.id, definition: stored.definition, days }, signal);
      return {
        words: [`${stored.name}, over ${plural(days, 'day')}:`, ...describeRehearsal(result), REHEARSAL_LIMITS],
        data: { ...result },
      };
    },
  }),
];

/** Without what it says: its links pay, unsubscribe, or open an account for whoever has them. */
async function explainOne({ db }: Context, tenant: Tenant, emailId: string): Promise<Told> {
  const row = getFound(await findEmail(db, tenant, emailId), 'email');
  const email = viewEmail(row);
  const found = email.event === null ? undefined : await readEvent(db, tenant, email.event);
  const { payload: _payload, ...event } = found ?? { payload: null };
  const words = [describeEmail(email), ...(found ? [`Caused by: ${describeEvent(found)}`] : [])];
  return { words, data: { email, event: found ? event : null } };
}

async function explainEmailsOf(ctx: Context, tenant: Tenant, named: ContactInput): Promise<Told> {
  const { db } = ctx;
  const contact = await getContact(ctx, tenant, named);
  const of = { contact: contact.id, limit: RECENT };
  const [emails, runs, events] = [
    await listEmails(db, tenant, of),
    await listRuns(db, tenant, of),
    await listEvents(db, tenant, of),
  ];
  const words = [
    describeContact(contact),
    ...section('Emails', emails, describeEmail),
    ...section('Runs of workflows', runs, describeRun),
    ...section('Events', events, describeEvent),
  ];
  return { words, data: { contact, emails: emails.data, runs: runs.data, events: events.data } };
}

async function getContact({ db }: Pick<Context, 'db'>, tenant: Tenant, named: ContactInput): Promise<ContactView> {
  const given = Object.values(named).filter((value) => value !== undefined);
  if (given.length !== 1)
    throw new AppError('invalid_request', 'Give exactly one of an email address, an id, a user_id or a customer.');
  const contactId = named.id ?? (await findContactId(db, tenant, named));
  return getFound(contactId === undefined ? undefined : await readContact(db, tenant, contactId), 'contact');
}

async function findContactId(
  db: Context['db'],
  tenant: Tenant,
  { email, user_id, customer }: ContactInput,
): Promise<string | undefined> {
  if (user_id !== undefined) return (await findContactByUserId(db, tenant, user_id))?.id;
  if (customer !== undefined) return (await findContactByCustomer(db, tenant, customer))?.id;
  const address = parseEmail(email);
  if (address.kind !== 'valid') throw new AppError('invalid_request', 'The address must be an email address.');
  return (await findContactByEmail(db, tenant, address.email))?.id;
}

function getFound<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AppError('not_found', `There is no such ${what}.`);
  return value;
}

const section = <T>(title: string, { data, has_more }: List<T>, describe: (one: T) => string): string[] =>
  data.length === 0 ? [] : [`${title}:`, ...data.map((one) => `- ${describe(one)}`), ...(has_more ? ['- …'] : [])];

function describeContact(contact: ContactView): string {
  const { plan, subscription_status } = contact.billing;
  return [
    `${[nameContact(contact), `<${contact.email}>`].filter(Boolean).join(' ')} (${contact.id})`,
    CONTACT_STATUS_WORDS[contact.status].label,
    ...(contact.suppressed ? ['no email goes to this address'] : []),
    ...(subscription_status ? [[subscription_status, plan].filter(Boolean).join(', ')] : []),
  ].join('; ');
}

const describeEvent = ({ id: eventId, type, status, outcome, received_at }: EventView): string =>
  `${nameEvent(type)} (${eventId}), ${received_at}: ${EVENT_STATUS_WORDS[status].label}. ${outcome}`;

function describeEmail(email: EmailView): string {
  const why = explainEmail(email);
  const state = nameEmailState(email).label;
  return `“${nameEmail(email)}” to ${email.to} (${email.id}), ${email.sent_at ?? email.created_at}: ${state}${why ? `. ${why}` : ''}`;
}

function describeRun(run: RunView): string {
  const why = explainRun(run.reason, run.outcome);
  return `${run.id} of ${run.workflow}, started ${run.started_at} by ${run.event}: ${RUN_STATUS_WORDS[run.status].label}${why ? `. ${why}` : ''}`;
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

function describeRehearsal({ would_start, would_send, stopped, sample }: Rehearsal) {
  return [
    `It would have started ${plural(would_start, 'run')} and sent ${plural(would_send, 'email')}.`,
    ...Object.entries(stopped).map(([reason, count]) => `Stopped, ${count}: ${nameStop(reason)}.`),
    ...sample.map(({ at, contact, address, subject, verdict, outcome }) => {
      const what = subject === null ? 'a run' : `“${subject}”`;
      return `- ${at} ${what} to ${address ?? contact}: ${REHEARSAL_VERDICT_WORDS[verdict].label}${outcome ? `. ${outcome}` : ''}`;
    }),
  ];
}
