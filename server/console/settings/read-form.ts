/** The settings' form as settings, and what was wrong with it by field. */
import { splitAddresses } from '../../../shared/addresses';
import { capitalize } from '../../../shared/capitalize';
import { CHOICE_TYPES, type ChoiceType } from '../../../shared/catalogue';
import { settingsChangeSchema, settingsSchema, type EventSettings, type Settings } from '../../../shared/settings';
import { applyChange } from '../../../shared/settings-changes';
import { STRIPE_SENDS } from '../../../shared/stripe-sends';
import { TRACKS, type TrackChoice } from '../../../shared/track';
import { textIn, type Form } from '../read-request';

export interface SettingsDraft {
  /** The values of the fields, valid or not, and the revision that they were made from. */
  settings: Settings;
  /** What the form showed at first. */
  loaded: Settings;
}

/** What the form lacks, for it is of another page or was opened before an update, is taken from what is `stored`. */
export function readSettingsForm(form: Form, stored: Settings): SettingsDraft {
  const isOn = (name: string) => textIn(form, name) !== '';
  const optional = (name: string) => textIn(form, name).trim() || null;
  /** The value of a field by what reads it, where the form has such a field. */
  const read = <T>(name: string, reader: (name: string) => T, otherwise: T): T =>
    form[name] === undefined ? otherwise : reader(name);
  const choiceFor = (type: ChoiceType): EventSettings =>
    // A form always sends the group, if empty.
    form[`events.${type}.user_group`] === undefined
      ? stored.events[type]
      : {
          enabled: isOn(`events.${type}.enabled`),
          trigger_workflows: isOn(`events.${type}.trigger_workflows`),
          sync_name: isOn(`events.${type}.sync_name`),
          sync_billing: isOn(`events.${type}.sync_billing`),
          user_group: optional(`events.${type}.user_group`),
        };
  const text = (name: string) => textIn(form, name);
  const trimmed = (name: string) => textIn(form, name).trim();
  const track = textIn(form, 'track');
  const revision = textIn(form, 'revision');
  const settings: Settings = {
    revision: /^\d{1,9}$/.test(revision) ? Number(revision) : stored.revision,
    consent: read('consent', text, stored.consent) as Settings['consent'],
    on_customer_deleted: read(
      'on_customer_deleted',
      text,
      stored.on_customer_deleted,
    ) as Settings['on_customer_deleted'],
    only_while_unknown: read('only_while_unknown', text, stored.only_while_unknown) as Settings['only_while_unknown'],
    holdout_percent: read('holdout_percent', (name) => numberIn(form, name), stored.holdout_percent),
    track: Object.hasOwn(TRACKS, track) ? TRACKS[track as TrackChoice] : stored.track,
    // A form sends that it asks, for nothing may be checked.
    stripe_sends: read('stripe_sends_asked', () => sendsIn(form), stored.stripe_sends),
    billing_email_key: read('billing_email_key', optional, stored.billing_email_key),
    test_recipients: read('test_recipients', (name) => splitAddresses(textIn(form, name)), stored.test_recipients),
    sender: {
      from_name: read('sender.from_name', optional, stored.sender.from_name),
      reply_to: read('sender.reply_to', optional, stored.sender.reply_to),
      postal_address: read('sender.postal_address', optional, stored.sender.postal_address),
    },
    brand: {
      color: read('brand.color', (name) => (isOn('brand.has_color') ? trimmed(name) : null), stored.brand.color),
      font: read('brand.font', text, stored.brand.font) as Settings['brand']['font'],
      footer: read('brand.footer', optional, stored.brand.footer),
    },
    locale: read('locale', trimmed, stored.locale),
    timezone: read('timezone', trimmed, stored.timezone),
    events: Object.fromEntries(CHOICE_TYPES.map((type) => [type, choiceFor(type)])) as Settings['events'],
  };
  return { settings, loaded: readLoaded(textIn(form, 'loaded'), stored) ?? stored };
}

/** NaN for what is no number; nothing typed is 0. */
const numberIn = (form: Form, name: string): number => {
  const text = textIn(form, name).trim();
  return text === '' ? 0 : /^-?\d{1,9}([.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
};

const sendsIn = (form: Form): Settings['stripe_sends'] =>
  STRIPE_SENDS.filter((key) => textIn(form, `stripe_sends.${key}`) !== '');

function readLoaded(text: string, stored: Settings): Settings | undefined {
  try {
    const { data } = settingsChangeSchema.safeParse(JSON.parse(text));
    return data && applyChange(stored, data);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The settings to save; else an error message by the field's path, the first one of each field. */
export function checkSettings(draft: Settings): { settings: Settings } | { errors: Record<string, string> } {
  const parsed = settingsSchema.safeParse(draft);
  if (parsed.success) return { settings: parsed.data };
  const faults = parsed.error.issues.map(({ path, message }) => [path.join('.'), capitalize(message)] as const);
  return { errors: Object.fromEntries(faults.reverse()) };
}
