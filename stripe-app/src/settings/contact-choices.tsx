import { Box, Radio, TextArea } from '@stripe/ui-extension-sdk/ui';
import type { Settings } from '../../../shared/settings';
import { readText } from '../inputs';
import { Section } from '../states';
import { readAddresses } from './change-settings';
import type { Draft } from './use-draft';

type Option<T> = { value: T; label: string; description: string };

const CONSENT: Option<Settings['consent']>[] = [
  {
    value: 'subscribed',
    label: 'Subscribed',
    description: 'They get marketing and transactional email, and can leave with one click.',
  },
  {
    value: 'transactional_only',
    label: 'Transactional only',
    description: 'They get receipts and notices. Marketing waits until they opt in.',
  },
];

const DELETED: Option<Settings['on_customer_deleted']>[] = [
  {
    value: 'unsubscribe',
    label: 'Unsubscribe the contact',
    description: 'The contact and its history stay, without marketing email.',
  },
  {
    value: 'delete',
    label: 'Delete the contact',
    description: 'The contact goes, with what its events and emails contained.',
  },
  { value: 'keep', label: 'Keep the contact as it is', description: 'Nothing changes in your audience.' },
];

export function ContactChoices({ draft, disabled }: { draft: Draft; disabled: boolean }) {
  const { settings, change, revision } = draft;
  return (
    <Box css={{ stack: 'y', gapY: 'xlarge' }}>
      <Section title="New contacts" description="How contacts start when a Stripe event creates them.">
        <Choice
          key={`consent ${revision}`}
          name="consent"
          options={CONSENT}
          chosen={settings.consent}
          disabled={disabled}
          onChoose={(consent) => change((current) => ({ ...current, consent }))}
        />
      </Section>
      <Section
        title="Deleted customers"
        description="What happens to a contact when their last Stripe customer is deleted."
      >
        <Choice
          key={`deleted ${revision}`}
          name="on_customer_deleted"
          options={DELETED}
          chosen={settings.on_customer_deleted}
          disabled={disabled}
          onChoose={(on_customer_deleted) => change((current) => ({ ...current, on_customer_deleted }))}
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
  options: Option<T>[];
  chosen: T;
  disabled: boolean;
  onChoose: (value: T) => void;
}) {
  return (
    <Box css={{ stack: 'y', gapY: 'small' }}>
      {options.map(({ value, label, description }) => (
        <Radio
          key={value}
          name={name}
          value={value}
          label={label}
          description={description}
          defaultChecked={value === chosen}
          disabled={disabled}
          onChange={() => onChoose(value)}
        />
      ))}
    </Box>
  );
}

/** Only in test mode and sandboxes: live mail goes to everyone. */
export function TestAddresses({ draft, disabled }: { draft: Draft; disabled: boolean }) {
  return (
    <Section title="Test email" description="With test data, email goes nowhere but to the addresses you list here.">
      <TextArea
        key={draft.revision}
        name="test_recipients"
        label="Test addresses"
        description="One per line. Email to anyone else is kept in the console instead of being sent."
        placeholder="you@example.com"
        rows={3}
        defaultValue={draft.settings.test_recipients.join('\n')}
        disabled={disabled}
        onChange={(event) => {
          const test_recipients = readAddresses(readText(event));
          draft.change((current) => ({ ...current, test_recipients }));
        }}
      />
    </Section>
  );
}
