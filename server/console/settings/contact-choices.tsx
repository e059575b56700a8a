/** How contacts start and end, and where their billing contacts come from. */
import { BILLING_EMAIL_KEY_WORDS, CONSENT_WORDS, CUSTOMER_DELETED_WORDS } from '../../../shared/words/fields';
import { Section } from '../components/blocks';
import { TextField } from '../components/form';
import { Fold, Folds } from './fold';
import { FoldedChoice } from './folded-choice';
import type { FieldsProps } from './form';

export const ContactChoices = ({ settings, errors }: FieldsProps) => (
  <Section title="Contacts">
    <Folds>
      <FoldedChoice name="consent" value={settings.consent} words={CONSENT_WORDS} />
      <FoldedChoice name="on_customer_deleted" value={settings.on_customer_deleted} words={CUSTOMER_DELETED_WORDS} />
      <Fold
        name={BILLING_EMAIL_KEY_WORDS.label}
        chosen={settings.billing_email_key ?? 'None'}
        isOpen={errors.billing_email_key !== undefined}
      >
        <TextField
          id="billing_email_key"
          name="billing_email_key"
          label={BILLING_EMAIL_KEY_WORDS.label}
          isLabelHidden
          defaultValue={settings.billing_email_key ?? ''}
          error={errors.billing_email_key}
          hint={BILLING_EMAIL_KEY_WORDS.hint}
          placeholder="None"
          maxLength={40}
          autoComplete="off"
          spellCheck={false}
        />
      </Fold>
    </Folds>
  </Section>
);
