import { useState } from 'react';
import { Banner, Box, Button, ButtonGroup, TextField } from '@stripe/ui-extension-sdk/ui';
import { CONFIRM_BY_NAME_WORDS, namesAccount, type NamedAccount } from '../../../shared/confirm-by-name';
import { readText } from '../inputs';

/** What isn't done by one press: it wants the account's name or id typed, as in the console. */
export function ConfirmByName(props: {
  title: string;
  description: string;
  account: NamedAccount;
  confirm: string;
  cancel: string;
  isDestructive?: boolean;
  isPending: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}) {
  const { title, description, account, confirm, cancel, isDestructive = false, isPending, onConfirm, onCancel } = props;
  const [typed, setTyped] = useState('');
  const [isRefused, setRefused] = useState(false);
  const press = () => {
    const isConfirmed = namesAccount(typed, account);
    setRefused(!isConfirmed);
    if (isConfirmed) onConfirm();
  };
  return (
    <Box css={{ stack: 'y', gapY: 'medium' }}>
      <Banner type={isDestructive ? 'critical' : 'default'} title={title} description={description} />
      <TextField
        name="account"
        label={`${CONFIRM_BY_NAME_WORDS.ask(account.name)} ${account.id}`}
        autoComplete="off"
        disabled={isPending}
        invalid={isRefused}
        error={isRefused ? CONFIRM_BY_NAME_WORDS.refused : undefined}
        onChange={(event) => setTyped(readText(event))}
      />
      <ButtonGroup>
        <Button type={isDestructive ? 'destructive' : 'primary'} pending={isPending} onPress={press}>
          {confirm}
        </Button>
        <Button disabled={isPending} onPress={onCancel}>
          {cancel}
        </Button>
      </ButtonGroup>
    </Box>
  );
}
