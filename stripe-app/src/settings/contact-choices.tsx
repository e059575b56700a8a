import { Box, Radio, TextArea, TextField } from '@stripe/ui-extension-sdk/ui';
import { splitAddresses } from '../../../shared/addresses';
import {
  BILLING_CONTACTS_WORDS,
  BILLING_EMAIL_KEY_WORDS,
  type ChoiceWords,
  CONSENT_WORDS,
  CUSTOMER_DELETED_WORDS,
  HOLDOUT_WORDS,
  ONLY_WHILE_UNKNOWN_WORDS,
  TEST_ADDRESSES_WORDS,
  TRACK_WORDS,
} from '../../../shared/words/fields';
import { TRACKS, trackChoiceOf } from '../../../shared/track';
import { readText } from '../inputs';
import { Section } from '../states';
import { describeRefusal } from './change-settings';
import type { Draft } from './use-draft';

export function ContactChoices({ draft, disabled }: { draft: Draft; disabled: boolean }) {
  const { settings, change, drawing } = draft;
  const refusal = draft.failure?.param === 'settings.holdout_percent' ? draft.failure : undefined;
  return (
    <Box css={{ stack: 'y', gapY: 'xlarge' }}>
      <Section title={CONSENT_WORDS.label} description={CONSENT_WORDS.hint}>
        <Choice
          key={`consent ${drawing}`}
          name="consent"
          options={CONSENT_WORDS.options}
          chosen={settings.consent}
          disabled={disabled}
          onChoose={(consent) => change((current) => ({ ...current, consent }))}
        />
      </Section>
      <Section title={CUSTOMER_DELETED_WORDS.label} description={CUSTOMER_DELETED_WORDS.hint}>
        <Choice
          key={`deleted ${drawing}`}
          name="on_customer_deleted"
          options={CUSTOMER_DELETED_WORDS.options}
          chosen={settings.on_customer_deleted}
          disabled={disabled}
          onChoose={(on_customer_deleted) => change((current) => ({ ...current, on_customer_deleted }))}
        />
      </Section>
      <Section title={ONLY_WHILE_UNKNOWN_WORDS.label} description={ONLY_WHILE_UNKNOWN_WORDS.hint}>
        <Choice
          key={`unknown ${drawing}`}
          name="only_while_unknown"
          options={ONLY_WHILE_UNKNOWN_WORDS.options}
          chosen={settings.only_while_unknown}
          disabled={disabled}
          onChoose={(only_while_unknown) => change((current) => ({ ...current, only_while_unknown }))}
        />
      </Section>
      <Section title={TRACK_WORDS.label} description={TRACK_WORDS.hint}>
        <Choice
          key={`track ${drawing}`}
          name="track"
          options={TRACK_WORDS.options}
          chosen={trackChoiceOf(settings.track)}
          disabled={disabled}
          onChoose={(track) => change((current) => ({ ...current, track: TRACKS[track] }))}
        />
      </Section>
      <Section title={HOLDOUT_WORDS.label} description={HOLDOUT_WORDS.hint}>
        <TextField
          key={`holdout ${drawing}`}
          name="holdout_percent"
          label={HOLDOUT_WORDS.label}
          hiddenElements={['label']}
          type="number"
          defaultValue={String(settings.holdout_percent)}
          disabled={disabled}
          invalid={refusal !== undefined}
          error={refusal && describeRefusal(refusal)}
          onChange={(event) => {
            const holdout_percent = Number(readText(event));
            change((current) => ({ ...current, holdout_percent }));
          }}
        />
      </Section>
    </Box>
  );
}

function Choice<T extends string>({
  name,
  options,
  chosen,
  disabled,
  onChoose,
}: {
  name: string;
  options: ChoiceWords<T>['options'];
  chosen: T;
  disabled: boolean;
  onChoose: (value: T) => void;
}) {
  return (
    <Box css={{ stack: 'y', gapY: 'small' }}>
      {options.map(({ value, label, hint }) => (
        <Radio
          key={value}
          name={name}
          value={value}
          label={label}
          description={hint}
          defaultChecked={value === chosen}
          disabled={disabled}
          onChange={() => onChoose(value)}
        />
      ))}
    </Box>
  );
}

/** Which key of a customer's metadata names billing contacts. */
export function BillingEmailKey({ draft, disabled }: { draft: Draft; disabled: boolean }) {
  const refusal = draft.failure?.param === 'settings.billing_email_key' ? draft.failure : undefined;
  return (
    <Section title={BILLING_CONTACTS_WORDS.label}>
      <TextField
        key={draft.drawing}
        name="billing_email_key"
        label={BILLING_EMAIL_KEY_WORDS.label}
        description={BILLING_EMAIL_KEY_WORDS.hint}
        placeholder="billing_emails"
        maxLength={40}
        defaultValue={draft.settings.billing_email_key ?? ''}
        disabled={disabled}
        invalid={refusal !== undefined}
        error={refusal && describeRefusal(refusal)}
        onChange={(event) => {
          const billing_email_key = readText(event).trim() || null;
          draft.change((current) => ({ ...current, billing_email_key }));
        }}
      />
    </Section>
  );
}

/** Only in test mode and sandboxes: live mail goes to everyone. */
export function TestAddresses({ draft, disabled }: { draft: Draft; disabled: boolean }) {
  const refusal = draft.failure?.param?.startsWith('settings.test_recipients') ? draft.failure : undefined;
  return (
    <Section title="Test email" description="With test data, email goes nowhere but to the addresses you list here.">
      <TextArea
        key={draft.drawing}
        name="test_recipients"
        label={TEST_ADDRESSES_WORDS.label}
        description={TEST_ADDRESSES_WORDS.hint}
        placeholder="you@example.com"
        rows={3}
        defaultValue={draft.settings.test_recipients.join('\n')}
        disabled={disabled}
        invalid={refusal !== undefined}
        error={refusal && describeRefusal(refusal)}
        onChange={(event) => {
          const test_recipients = splitAddresses(readText(event));
          draft.change((current) => ({ ...current, test_recipients }));
        }}
      />
    </Section>
  );
}
