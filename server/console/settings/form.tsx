/** What the merchant chooses, as one form with one Save. Options of an event show once it is on. */
import { CATALOGUE, EVENT_GROUPS, isOwnType, typesIn, type ChoiceType } from '../../../shared/catalogue';
import { USER_GROUP_LENGTH } from '../../../shared/limits';
import type { Settings } from '../../../shared/settings';
import { trackChoiceOf } from '../../../shared/track';
import { STRIPE_SENDS } from '../../../shared/stripe-sends';
import {
  BILLING_EMAIL_KEY_WORDS,
  CONSENT_WORDS,
  CUSTOMER_DELETED_WORDS,
  EVENTS_HINT,
  EVENT_OPTION_WORDS,
  HOLDOUT_WORDS,
  ONLY_WHILE_UNKNOWN_WORDS,
  SENDER_LABELS,
  TEST_ADDRESSES_WORDS,
  TRACK_WORDS,
} from '../../../shared/words/fields';
import { STRIPE_SEND_WORDS, STRIPE_SENDS_WORDS, whereOf } from '../../../shared/words/stripe-sends';
import { Card, Section } from '../components/blocks';
import { Check, PostForm, SaveOnEnter, RadioField, TextAreaField, TextField, buttonClass } from '../components/form';
import { useViewer } from '../page';
import type { Conflict } from './conflict';

export interface SettingsFormProps {
  /** The values of the fields: as saved, or as posted when they were refused. */
  settings: Settings;
  /** What is saved, as it stood when the form was opened: tells what changed meanwhile when it is sent. */
  loaded: Settings;
  /** Words by the field's path, as `sender.reply_to`. */
  errors: Readonly<Record<string, string>>;
  /** Somebody else saved meanwhile. */
  conflict: Conflict | undefined;
  /** Changed, but not saved: after filling in the recommended preset, or when it was refused. */
  isDirty: boolean;
  userGroups: readonly string[];
}

export function SettingsForm({ settings, loaded, errors, isDirty, userGroups }: SettingsFormProps) {
  return (
    <PostForm
      action="/settings/stripe"
      id="settings-form"
      className={isDirty ? 'section is-dirty' : 'section'}
      data-warn-unsaved=""
      noValidate
    >
      <SaveOnEnter />
      <input type="hidden" name="revision" value={settings.revision} />
      <input type="hidden" name="loaded" value={JSON.stringify(loaded)} />
      <Section
        title="Events"
        lead={EVENTS_HINT}
        actions={
          <button
            className={buttonClass()}
            formAction="/settings/stripe/preset"
            formNoValidate
            hx-post="/settings/stripe/preset"
            hx-target="#settings-form"
            hx-select="#settings-form"
            hx-swap="outerHTML"
          >
            Turn on the recommended events
          </button>
        }
      >
        {EVENT_GROUPS.map((group) => (
          <fieldset key={group} className="event-group">
            <legend>{group}</legend>
            {typesIn(group).map((type) => (
              <EventChoice key={type} type={type} settings={settings} error={errors[`events.${type}.user_group`]} />
            ))}
          </fieldset>
        ))}
        <datalist id="user-groups">
          {userGroups.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </Section>
      <ContactChoices settings={settings} errors={errors} />
      <EmailChoices settings={settings} errors={errors} />
      <StripeSends settings={settings} />
      <SenderChoices settings={settings} errors={errors} />
      <div className="save-bar">
        <button className={buttonClass('primary')}>Save</button>
        <span className="unsaved" role="status">
          You have changes that are not saved.
        </span>
      </div>
    </PostForm>
  );
}

function EventChoice({ type, settings, error }: { type: ChoiceType; settings: Settings; error: string | undefined }) {
  const { label, description, syncs_billing } = CATALOGUE[type];
  const choice = settings.events[type];
  const name = (field: string) => `events.${type}.${field}`;
  return (
    <div className="event-choice">
      <label className="event-main">
        <input
          type="checkbox"
          role="switch"
          className="switch"
          name={name('enabled')}
          defaultChecked={choice.enabled}
          aria-describedby={`${type}-hint`}
        />
        <span className="event-name">
          {label} <code>{type}</code>
        </span>
        <span className="hint" id={`${type}-hint`}>
          {description}
        </span>
      </label>
      <div className="event-options" role="group" aria-label={`Options for ${label}`}>
        <Check name={name('trigger_workflows')} isOn={choice.trigger_workflows}>
          {EVENT_OPTION_WORDS.trigger_workflows.label}
        </Check>
        {isOwnType(type) ? (
          choice.sync_name && <input type="hidden" name={name('sync_name')} value="on" />
        ) : (
          <Check name={name('sync_name')} isOn={choice.sync_name}>
            {EVENT_OPTION_WORDS.sync_name.label}
          </Check>
        )}
        {syncs_billing ? (
          <Check name={name('sync_billing')} isOn={choice.sync_billing}>
            {EVENT_OPTION_WORDS.sync_billing.label}
          </Check>
        ) : (
          // Saving keeps what isn't offered.
          choice.sync_billing && <input type="hidden" name={name('sync_billing')} value="on" />
        )}
        <TextField
          id={name('user_group')}
          name={name('user_group')}
          label={EVENT_OPTION_WORDS.user_group.label}
          error={error}
          defaultValue={choice.user_group ?? ''}
          list="user-groups"
          placeholder="None"
          maxLength={USER_GROUP_LENGTH}
          autoComplete="off"
        />
      </div>
    </div>
  );
}

type FieldsProps = Pick<SettingsFormProps, 'settings' | 'errors'>;

function ContactChoices({ settings, errors }: FieldsProps) {
  const { tenant } = useViewer();
  const recipients = Object.keys(errors).find((path) => path.startsWith('test_recipients'));
  const badAddress = recipients && settings.test_recipients[Number(recipients.split('.')[1])];
  return (
    <Section title="Contacts">
      <Card className="stack">
        <div className="grid-2">
          <RadioField name="consent" value={settings.consent} {...CONSENT_WORDS} />
          <RadioField name="on_customer_deleted" value={settings.on_customer_deleted} {...CUSTOMER_DELETED_WORDS} />
        </div>
        <TextAreaField
          id="test_recipients"
          name="test_recipients"
          label={TEST_ADDRESSES_WORDS.label}
          rows={3}
          defaultValue={settings.test_recipients.join('\n')}
          hint={`${TEST_ADDRESSES_WORDS.hint}${tenant.livemode ? ' Each mode has settings of its own: those here may get test emails of live mode.' : ''}`}
          error={recipients && (badAddress ? `“${badAddress}” ${errors[recipients]}` : errors[recipients])}
        />
        <TextField
          id="billing_email_key"
          name="billing_email_key"
          label={BILLING_EMAIL_KEY_WORDS.label}
          defaultValue={settings.billing_email_key ?? ''}
          error={errors.billing_email_key}
          hint={BILLING_EMAIL_KEY_WORDS.hint}
          placeholder="None"
          maxLength={40}
          autoComplete="off"
          spellCheck={false}
        />
      </Card>
    </Section>
  );
}

const EmailChoices = ({ settings, errors }: FieldsProps) => (
  <Section title="Emails">
    <Card className="stack">
      <div className="grid-2">
        <RadioField name="only_while_unknown" value={settings.only_while_unknown} {...ONLY_WHILE_UNKNOWN_WORDS} />
        <RadioField name="track" value={trackChoiceOf(settings.track)} {...TRACK_WORDS} />
      </div>
      <TextField
        id="holdout_percent"
        name="holdout_percent"
        {...HOLDOUT_WORDS}
        inputMode="numeric"
        defaultValue={Number.isNaN(settings.holdout_percent) ? '' : settings.holdout_percent}
        error={errors.holdout_percent}
        autoComplete="off"
      />
    </Card>
  </Section>
);

const StripeSends = ({ settings }: Pick<SettingsFormProps, 'settings'>) => (
  <Section title={STRIPE_SENDS_WORDS.label} lead={STRIPE_SENDS_WORDS.hint}>
    <Card className="stack">
      <input type="hidden" name="stripe_sends_asked" value="yes" />
      {STRIPE_SENDS.map((key) => (
        <label key={key} className="choice">
          <input type="checkbox" name={`stripe_sends.${key}`} defaultChecked={settings.stripe_sends.includes(key)} />
          <span>
            {STRIPE_SEND_WORDS[key].label}
            <span className="hint">{whereOf(key)}</span>
          </span>
        </label>
      ))}
    </Card>
  </Section>
);

function SenderChoices({ settings: { sender, locale, timezone }, errors }: FieldsProps) {
  return (
    <Section title="Sender" lead="Who your emails come from. The address itself is set by whoever runs this Tillpost.">
      <Card className="stack">
        <div className="grid-2">
          <TextField
            id="sender.from_name"
            name="sender.from_name"
            label={SENDER_LABELS.from_name}
            defaultValue={sender.from_name ?? ''}
            error={errors['sender.from_name']}
            hint="Shown in the inbox before the subject."
          />
          <TextField
            id="sender.reply_to"
            name="sender.reply_to"
            type="email"
            label={SENDER_LABELS.reply_to}
            defaultValue={sender.reply_to ?? ''}
            error={errors['sender.reply_to']}
            hint="Where answers go."
          />
        </div>
        <TextAreaField
          id="sender.postal_address"
          name="sender.postal_address"
          label={SENDER_LABELS.postal_address}
          rows={3}
          defaultValue={sender.postal_address ?? ''}
          error={errors['sender.postal_address']}
          hint="Stands at the foot of marketing emails; the law asks for it in many countries."
        />
        <div className="grid-2">
          <TextField
            id="locale"
            name="locale"
            label={SENDER_LABELS.locale}
            defaultValue={locale}
            error={errors.locale}
            hint="A language tag such as en-US or de-DE."
            list="locales"
            autoComplete="off"
          />
          <TextField
            id="timezone"
            name="timezone"
            label={SENDER_LABELS.timezone}
            defaultValue={timezone}
            error={errors.timezone}
            hint="For dates in emails and in this console."
            list="timezones"
            autoComplete="off"
          />
        </div>
        <datalist id="locales">
          {LOCALES.map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
        <datalist id="timezones">
          {TIME_ZONES.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </Card>
    </Section>
  );
}
const LOCALES = ['en-US', 'en-GB', 'de-DE', 'fr-FR', 'es-ES', 'it-IT', 'nl-NL', 'pt-BR', 'sv-SE', 'pl-PL', 'ja-JP'];
const TIME_ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];
