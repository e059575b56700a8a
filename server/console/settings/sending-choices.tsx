/** Who emails are from, how they write dates and amounts, and which go out. */
import { STRIPE_SENDS } from '../../../shared/stripe-sends';
import { trackChoiceOf } from '../../../shared/track';
import {
  HOLDOUT_WORDS,
  ONLY_WHILE_UNKNOWN_WORDS,
  SENDER_LABELS,
  TEST_ADDRESSES_WORDS,
  TRACK_WORDS,
} from '../../../shared/words/fields';
import { STRIPE_SEND_WORDS, STRIPE_SENDS_WORDS, whereOf } from '../../../shared/words/stripe-sends';
import { Card, Section } from '../components/blocks';
import { TextAreaField, TextField } from '../components/form';
import { useViewer } from '../page';
import { Fold, Folds } from './fold';
import { FoldedChoice } from './folded-choice';
import type { FieldsProps } from './form';

export const SendingChoices = (fields: FieldsProps) => (
  <>
    <SenderChoices {...fields} />
    <EmailChoices {...fields} />
  </>
);

function EmailChoices(fields: FieldsProps) {
  const { settings } = fields;
  return (
    <Section title="Emails">
      <Folds>
        <TestAddresses {...fields} />
        <FoldedChoice name="only_while_unknown" value={settings.only_while_unknown} words={ONLY_WHILE_UNKNOWN_WORDS} />
        <FoldedChoice name="track" value={trackChoiceOf(settings.track)} words={TRACK_WORDS} />
        <Holdout {...fields} />
        <StripeSends {...fields} />
      </Folds>
    </Section>
  );
}

function TestAddresses({ settings, errors }: FieldsProps) {
  const { tenant } = useViewer();
  const addresses = settings.test_recipients;
  const recipients = Object.keys(errors).find((path) => path.startsWith('test_recipients'));
  const badAddress = recipients && addresses[Number(recipients.split('.')[1])];
  return (
    <Fold
      name={TEST_ADDRESSES_WORDS.label}
      chosen={addresses.length > 3 ? `${addresses.length} addresses` : addresses.join(', ') || 'None'}
      isOpen={recipients !== undefined}
    >
      <TextAreaField
        id="test_recipients"
        name="test_recipients"
        label={TEST_ADDRESSES_WORDS.label}
        isLabelHidden
        rows={3}
        defaultValue={addresses.join('\n')}
        hint={`${TEST_ADDRESSES_WORDS.hint}${tenant.livemode ? ' Each mode has settings of its own: those here may get test emails of live mode.' : ''}`}
        error={recipients && (badAddress ? `“${badAddress}” ${errors[recipients]}` : errors[recipients])}
      />
    </Fold>
  );
}

function Holdout({ settings: { holdout_percent: percent }, errors }: FieldsProps) {
  return (
    <Fold
      name={HOLDOUT_WORDS.label}
      chosen={percent === 0 ? 'Off' : String(percent)}
      isOpen={errors.holdout_percent !== undefined}
    >
      <TextField
        id="holdout_percent"
        name="holdout_percent"
        {...HOLDOUT_WORDS}
        isLabelHidden
        inputMode="numeric"
        defaultValue={Number.isNaN(percent) ? '' : percent}
        error={errors.holdout_percent}
        autoComplete="off"
      />
    </Fold>
  );
}

const StripeSends = ({ settings }: Pick<FieldsProps, 'settings'>) => (
  <Fold
    id="stripe_sends"
    name={STRIPE_SENDS_WORDS.label}
    chosen={settings.stripe_sends.map((key) => STRIPE_SEND_WORDS[key].label).join(', ') || 'None is marked'}
  >
    <p className="hint fold-lead">{STRIPE_SENDS_WORDS.hint}</p>
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
  </Fold>
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
