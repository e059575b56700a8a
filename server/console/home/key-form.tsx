/** Connecting, and signing in, with a restricted key. */
import type { Mode } from '../../config';
import { buttonClass, PostForm, TextField } from '../components/form';

/** `error`: why the key that was sent was refused; it isn't shown again. */
export function KeyForm({ modes, error }: { modes: readonly Mode[]; error?: string | undefined }) {
  const prefixes = modes.map((mode) => `rk_${mode}_…`).join(' or ');
  return (
    <PostForm action="/connect/key">
      <TextField
        id="key"
        name="key"
        label="Restricted key"
        type="password"
        autoComplete="off"
        spellCheck={false}
        required
        autoFocus={error !== undefined}
        error={error}
        placeholder={prefixes}
        hint="Read access to customers, subscriptions, invoices, charges, disputes, checkout sessions, quotes and events, and write access to webhook endpoints. Optional, for the page behind the payment link of emails: read access to PaymentIntents and write access to the customer portal. Pasting the key again signs you in."
      />
      <button className={buttonClass('primary')}>Check the key and connect</button>
    </PostForm>
  );
}
