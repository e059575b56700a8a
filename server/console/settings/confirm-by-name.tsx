/** What isn't done by one press: it wants the account's name or id typed. */
import type { ReactNode } from 'react';
import { CONFIRM_BY_NAME_WORDS, namesAccount } from '../../../shared/confirm-by-name';
import type { Install } from '../../installs/installs';
import { CancelLink, PostForm, TextField, buttonClass, type ButtonTone } from '../components/form';
import { useViewer } from '../page';
import { textIn, type Form } from '../read-request';

export type ConfirmedAct = 'import' | 'disconnect' | 'erase';

export function ConfirmByName(props: {
  act: ConfirmedAct;
  /** It was sent with something else typed. */
  isRefused: boolean;
  label: string;
  confirm: string;
  tone?: ButtonTone;
  children?: ReactNode;
}) {
  const { act, isRefused, label, confirm, tone = 'danger', children } = props;
  const { tenant, accountName } = useViewer();
  return (
    <details className={tone === 'plain' ? 'confirm confirm-plain' : 'confirm'} open={isRefused || undefined}>
      <summary className={buttonClass(tone)}>{label}</summary>
      <PostForm action={`/settings/stripe/${act}`} className="confirm-body">
        {children}
        <TextField
          id={`confirm-${act}`}
          name="account"
          autoComplete="off"
          required
          error={isRefused ? CONFIRM_BY_NAME_WORDS.refused : undefined}
          label={
            <>
              {CONFIRM_BY_NAME_WORDS.ask(accountName)} <code>{tenant.accountId}</code>
            </>
          }
        />
        <div className="actions">
          <button className={buttonClass(tone)}>{confirm}</button>
          <CancelLink />
        </div>
      </PostForm>
    </details>
  );
}

export const isConfirmed = (fields: Form, { account_id, account_name }: Install): boolean =>
  namesAccount(textIn(fields, 'account'), { id: account_id, name: account_name });
