/** What a merchant chooses for one install: the shape, its limits and its defaults. */
import { z } from 'zod';
import { BRAND_FONT_NAMES } from './brand';
import { CHOICE_TYPES, isChoiceType, isOwnType, type ChoiceType, type TriggerType } from './catalogue';
import { MOST_HELD_OUT } from './limits';
import { STRIPE_SENDS } from './stripe-sends';
import { userGroupSchema } from './user-group';

const trimmedOrNull = (max: number) =>
  z
    .string()
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters')
    .nullable()
    .transform((text) => text?.trim() || null);

const email = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.email('must be an email address').max(254, 'must have at most 254 characters'));

const eventSettingsSchema = z.strictObject({
  enabled: z.boolean(),
  trigger_workflows: z.boolean(),
  sync_name: z.boolean(),
  sync_billing: z.boolean(),
  /** Assigned to the contact when such an event arrives. */
  user_group: userGroupSchema,
});
export type EventSettings = z.infer<typeof eventSettingsSchema>;

const senderSchema = z.strictObject({
  from_name: trimmedOrNull(100),
  reply_to: z.union([z.null(), z.literal('').transform(() => null), email]),
  /** Stands at the foot of marketing mail; may have several lines. */
  postal_address: z
    .string()
    .max(500, 'must have at most 500 characters')
    .nullable()
    .transform((text) => text?.trim() || null),
});

const brandSchema = z.strictObject({
  /** Null: ours. */
  color: z
    .string()
    .transform((text) => text.toLowerCase())
    .pipe(z.string().regex(/^#[0-9a-f]{6}$/, 'must be a colour such as #0f6b5c'))
    .nullable(),
  font: z.enum(BRAND_FONT_NAMES, `must be one of ${BRAND_FONT_NAMES.join(', ')}`),
  /** Stands at the foot of every email; may have several lines. */
  footer: z
    .string()
    .max(1_000, 'must have at most 1,000 characters')
    .nullable()
    .transform((text) => text?.trim() || null),
});

const trackSchema = z.strictObject({
  /** Links in marketing email lead through us, and who opens one is counted. */
  clicks: z.boolean(),
  /** Those in transactional email too. */
  transactional: z.boolean().default(false),
});

const isLocale = (tag: string) => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};
const isTimeZone = (name: string) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

const DEFAULT_EVENT_SETTINGS: EventSettings = {
  enabled: false,
  trigger_workflows: true,
  sync_name: true,
  sync_billing: true,
  user_group: null,
};

const eventsSchema = z.strictObject(
  Object.fromEntries(CHOICE_TYPES.map((type) => [type, eventSettingsSchema])) as Record<
    ChoiceType,
    typeof eventSettingsSchema
  >,
);

export const settingsSchema = z.strictObject({
  /** Grows with every save, 0 when never saved; send it back when saving. */
  revision: z.int('must be a whole number').min(0, 'must be at least 0'),
  /** How new contacts start. */
  consent: z.enum(['subscribed', 'transactional_only']),
  on_customer_deleted: z.enum(['unsubscribe', 'delete', 'keep']),
  /** In test mode only these addresses get real mail. */
  test_recipients: z.array(email).max(100, 'must have at most 100 addresses'),
  /** What becomes of an email about an object whose state Stripe can't be asked for. */
  only_while_unknown: z.enum(['hold', 'send']),
  /** Of invoices whose payment fails, how many in a hundred get no reminders; 0: all may get them. */
  holdout_percent: z
    .int('must be a whole number')
    .min(0, 'must be at least 0')
    .max(MOST_HELD_OUT, `must be at most ${MOST_HELD_OUT}`),
  /** The emails that Stripe sends by itself, as the merchant says: there is no API for it. */
  stripe_sends: z
    .array(z.enum(STRIPE_SENDS, `must be one of ${STRIPE_SENDS.join(', ')}`))
    .max(100, 'must have at most 100 entries')
    .transform((keys) => STRIPE_SENDS.filter((key) => keys.includes(key))),
  /** The metadata key of Stripe customers whose value lists billing contacts; https://docs.stripe.com/metadata limits it. */
  billing_email_key: trimmedOrNull(40).refine((key) => !/[[\]]/.test(key ?? ''), 'must not contain square brackets'),
  sender: senderSchema,
  brand: brandSchema,
  track: trackSchema,
  /** BCP 47, for money and dates in emails. */
  locale: z.string().max(35).refine(isLocale, 'must be a language tag such as en-US'),
  /** IANA name, for dates in emails. */
  timezone: z.string().max(64).refine(isTimeZone, 'must be a time zone such as Europe/Berlin'),
  events: eventsSchema,
});
export type Settings = z.infer<typeof settingsSchema>;

/** What a save may name: whole sections and whole types of `events`; what it leaves out stays as it is. */
export const settingsChangeSchema = settingsSchema.partial().extend({ events: eventsSchema.partial().optional() });
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

/** Of an event of our own, Stripe's event before it has synced what there was. */
const NO_SYNC = { sync_name: false, sync_billing: false };
/** Of an event that comes only where a workflow or a program asks for it: there is nothing to switch. */
const NOT_SWITCHED: EventSettings = { ...DEFAULT_EVENT_SETTINGS, ...NO_SYNC, enabled: true };

/** What events of a type do. */
export function choiceFor({ events }: Pick<Settings, 'events'>, type: TriggerType): EventSettings {
  if (!isChoiceType(type)) return NOT_SWITCHED;
  return isOwnType(type) ? { ...events[type], ...NO_SYNC } : events[type];
}

/** Whether an event of this type starts the active workflows that it triggers. */
export function startsWorkflows(settings: Pick<Settings, 'events'>, type: TriggerType): boolean {
  const { enabled, trigger_workflows } = choiceFor(settings, type);
  return enabled && trigger_workflows;
}

/** Nothing is on until the merchant saves. */
export function defaultSettings(): Settings {
  return {
    revision: 0,
    consent: 'subscribed',
    on_customer_deleted: 'unsubscribe',
    test_recipients: [],
    only_while_unknown: 'hold',
    holdout_percent: 0,
    stripe_sends: [],
    billing_email_key: null,
    sender: { from_name: null, reply_to: null, postal_address: null },
    brand: { color: null, font: 'system', footer: null },
    track: { clicks: false, transactional: false },
    locale: 'en-US',
    timezone: 'UTC',
    events: Object.fromEntries(CHOICE_TYPES.map((type) => [type, { ...DEFAULT_EVENT_SETTINGS }])) as Settings['events'],
  };
}
