import { useState } from 'react';
import { Box, Button } from '@stripe/ui-extension-sdk/ui';
import type { NamedAccount } from '../../../shared/confirm-by-name';
import { DISCONNECT_WORDS } from '../../../shared/words/connection';
import type { Client } from '../client';
import { FailureBanner, Section } from '../states';
import { useAction } from '../use-action';
import { ConfirmByName } from './confirm-by-name';

export function Disconnect({
  client,
  account,
  modeName,
  onDone,
}: {
  client: Client;
  account: NamedAccount;
  modeName: string;
  onDone: () => Promise<void>;
}) {
  const [isAsking, setAsking] = useState(false);
  const { isPending, failure, run } = useAction();
  const disconnect = () => void run(() => client('disconnect'), onDone);
  return (
    <Section title="Disconnect" description={DISCONNECT_WORDS.describe(modeName)}>
      {failure && <FailureBanner title="Still connected" error={failure} onRetry={disconnect} />}
      {isAsking ? (
        <ConfirmByName
          title="Disconnect Tillpost?"
          description={DISCONNECT_WORDS.warning}
          account={account}
          confirm="Disconnect"
          cancel="Stay connected"
          isDestructive
          isPending={isPending}
          onConfirm={disconnect}
          onCancel={() => setAsking(false)}
        />
      ) : (
        <Box>
          <Button type="destructive" onPress={() => setAsking(true)}>
            Disconnect…
          </Button>
        </Box>
      )}
    </Section>
  );
}
