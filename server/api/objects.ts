/**
 * What the lists of our own hold, as the OpenAPI document describes it. shared/api.ts says what each is: the two can't differ,
 * the compiler compares them (`of`).
 */
import { z } from 'zod';
import {
  BILLING_CONTACT_SOURCES,
  CONTACT_STATUSES,
  EMAIL_REASON_CODES,
  EMAIL_STATUSES,
  EVENT_REASONS,
  EVENT_STATUSES,
  RUN_STATUSES,
  SUBJECT_KINDS,
  SUBSCRIPTION_STATUSES,
  WORKFLOW_STATUSES,
  type ContactView,
  type EmailView,
  type EventView,
  type RunView,
  type WorkflowView,
} from '../../shared/api';
import { TRIGGER_SOURCES, type TriggerType } from '../../shared/catalogue';
import {
  EMAIL_KINDS,
  FREQUENCIES,
  OPERATORS,
  START_AFTER_ATTEMPTS,
  WAIT_UNITS,
  type Definition,
  type ExitType,
  type Step,
} from '../../shared/workflow';

/** Of a schema whose answers are what `T` says, and the other way round. */
const of =
  <T>() =>
  <S extends z.ZodType>(schema: S & ([z.input<S>, T] extends [T, z.input<S>] ? unknown : never)): S =>
    schema;

const text = z.string();
export const time = text.meta({ format: 'date-time' });
export const address = text.meta({ format: 'email' });
const count = z.int().min(0);
/** Minor units of its currency. */
const amount = z.int();
const minorUnits = (words: string) => amount.nullable().describe(`Minor units. ${words}`);

const suppressed = z
  .object({ reason: text, at: time })
  .nullable()
  .describe('Since when the address takes no mail, and why; null: it takes mail.');

export const contact = of<ContactView>()(
  z
    .object({
      id: text,
      object: z.literal('contact'),
      email: address,
      first_name: text.nullable(),
      last_name: text.nullable(),
      user_group: text.nullable(),
      status: z.enum(CONTACT_STATUSES),
      suppressed,
      source: text,
      user_id: text.nullable().describe('Of the merchant’s own, as the API was given it.'),
      properties: z
        .record(text, z.union([text, z.number(), z.boolean()]))
        .describe('Contact properties that it has, by name.'),
      customers: z.array(text).describe('Its customers at Stripe.'),
      billing_contacts: z
        .array(
          z.object({
            email: address,
            source: z.enum(BILLING_CONTACT_SOURCES).describe('Added by a person, or named by a customer’s metadata.'),
            suppressed,
          }),
        )
        .describe('Addresses that get its transactional emails too.'),
      billing: z.object({
        subscription_status: z.enum(SUBSCRIPTION_STATUSES).nullable(),
        plan: text.nullable(),
        mrr: minorUnits('Per month, discounts ignored.'),
        currency: text.nullable(),
        renews_at: time.nullable(),
        trial_ends_at: time.nullable(),
        delinquent: z.boolean().nullable(),
        wrong_card: z
          .boolean()
          .nullable()
          .describe('A subscription goes on charging a card of its own although another became the default since.'),
        customer_since: time.nullable(),
        ltv: minorUnits('What was paid less what was refunded, in the currency of most of it.'),
        ltv_currency: text.nullable(),
        ltv_others: z
          .array(z.object({ currency: text, amount }))
          .readonly()
          .describe('The same in other currencies, largest first.'),
        payments: count,
        first_payment_at: time.nullable(),
        last_payment_at: time.nullable(),
      }),
      created_at: time,
      updated_at: time,
    })
    .meta({ id: 'Contact' }),
);

export const event = of<EventView>()(
  z
    .object({
      id: text,
      object: z.literal('event'),
      type: text.describe('As Stripe names it; of a program `api.<eventName>`.'),
      livemode: z.boolean(),
      created: z.int().describe('Unix seconds.'),
      received_at: time,
      status: z.enum(EVENT_STATUSES),
      reason: z.enum(EVENT_REASONS).nullable(),
      outcome: text.describe('What came of it, in a sentence.'),
      email: address.nullable().describe('The contact’s address.'),
      contact: text.nullable(),
      attempts: count,
      next_attempt_at: time.nullable(),
    })
    .meta({ id: 'Event' }),
);

const subject = z.object({ kind: z.enum(SUBJECT_KINDS), id: text }).nullable();

export const email = of<EmailView>()(
  z
    .object({
      id: text,
      object: z.literal('email'),
      to: text.describe('Empty once its contact was deleted.'),
      billing_copy: z.boolean().describe('It goes to a billing contact, not to the contact itself.'),
      subject: text,
      kind: z.enum(EMAIL_KINDS),
      status: z.enum(EMAIL_STATUSES),
      reason: z.enum(EMAIL_REASON_CODES).nullable(),
      outcome: text.nullable().describe('The reason in a sentence.'),
      subject_of: subject.describe('What its run is about.'),
      message_id: text,
      workflow: text.nullable(),
      transactional: text.nullable().describe('The transactional email that a program sent.'),
      contact: text.nullable(),
      event: text.nullable(),
      attempts: count,
      created_at: time,
      sent_at: time.nullable(),
      delivered_at: time.nullable().describe('Known only where the mail provider reports it.'),
      bounced_at: time.nullable(),
      complained_at: time.nullable(),
      clicked_at: time.nullable().describe('When a person first opened a link of it; only where clicks are counted.'),
      pay_clicked_at: time.nullable().describe('When a person first went on from the page behind its `{{ pay_url }}`.'),
    })
    .meta({ id: 'Email' }),
);

const condition = z
  .object({
    property: text.describe('`event.amount_due`, `contact.plan`, `event.metadata.order_id`.'),
    operator: z.enum(OPERATORS),
    value: z.union([text, z.number(), z.boolean()]).optional(),
  })
  .meta({ id: 'Condition' });
const conditions = z.array(condition).describe('All of them must hold.');

const steps = z.lazy(() => z.array(step));
const step: z.ZodType<Step, Step> = z
  .lazy(() =>
    z.union([
      z.object({ id: text, kind: z.literal('wait'), amount: count, unit: z.enum(WAIT_UNITS) }),
      z.object({ id: text, kind: z.literal('filter'), conditions }),
      z.object({
        id: text,
        kind: z.literal('branch'),
        paths: z.array(z.object({ id: text, name: text, conditions, steps })),
        else: steps,
      }),
      z.object({
        id: text,
        kind: z.literal('email'),
        list: text.optional().describe('The mailing list that it is about.'),
        email: z.object({
          kind: z.enum(EMAIL_KINDS),
          subject: text,
          preview_text: text,
          body: text.describe('Markdown with merge tags.'),
        }),
      }),
      z.object({ id: text, kind: z.literal('update_contact'), user_group: text.nullable() }),
      z.object({ id: text, kind: z.literal('exit') }),
    ]),
  )
  .meta({ id: 'Step' });

const typeOf = <T extends string>(words: string) => text.describe(words) as unknown as z.ZodType<T, T>;

const definition = of<Definition>()(
  z
    .object({
      name: text,
      trigger: z.object({
        source: z.enum(TRIGGER_SOURCES).optional().describe('Left out: stripe.'),
        event: typeOf<TriggerType>('The type of the event that starts it.'),
        conditions,
        frequency: z.enum(FREQUENCIES),
        days: z.int().optional().describe('Of a schedule: days before its date, or after it.'),
        start_after_attempt: z.literal(START_AFTER_ATTEMPTS).optional(),
      }),
      exit_events: z
        .array(z.object({ event: typeOf<ExitType>('The type of the event.'), match: z.enum(['contact', 'object']) }))
        .describe('End its runs.'),
      only_while: z.boolean().optional().describe('Ends runs once what they say of their subject is no longer so.'),
      steps: z.array(step),
    })
    .meta({ id: 'Definition' }),
);

export const workflow = of<WorkflowView>()(
  z
    .object({
      id: text,
      object: z.literal('workflow'),
      name: text,
      status: z.enum(WORKFLOW_STATUSES),
      revision: z.int().describe('Grows with every save.'),
      definition,
      has_draft: z.boolean().optional().describe('Whether changes wait to be published.'),
      counts: z.object({ running: count, finished: count, emails: count }),
    })
    .meta({ id: 'Workflow' }),
);

export const run = of<RunView>()(
  z
    .object({
      id: text,
      object: z.literal('run'),
      workflow: text,
      contact: text,
      event: text,
      subject: subject.describe('What it is about.'),
      status: z.enum(RUN_STATUSES),
      reason: text.nullable().describe('Why it ended: the exit event’s type, `filtered`, `exit_step`, `not_true`, ….'),
      outcome: text.nullable().describe('The cause of its end in a sentence, where the reason doesn’t say all.'),
      step: text.nullable().describe('Where it stands; null after its end.'),
      due_at: time.nullable().describe('When it goes on; null while its workflow is paused and after its end.'),
      started_at: time,
      finished_at: time.nullable(),
    })
    .meta({ id: 'Run' }),
);
