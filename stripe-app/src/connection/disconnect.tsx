import { useState } from 'react';
import { Banner, Box, Button, ButtonGroup } from '@stripe/ui-extension-sdk/ui';
import { DISCONNECT_WORDS } from '../../../shared/words/connection';
import type { Client } from '../client';
import { FailureBanner, Section } from '../states';
import { useAction } from '../use-action';

/** Disconnecting takes two presses, the second one beside the words that say what it does. */
export function Disconnect({
  client,
  modeName,
  onDone,
}: {
  client: Client;
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
        <Banner
          type="critical"
          title="Disconnect Tillpost?"
          description={DISCONNECT_WORDS.warning}
          actions={
            <ButtonGroup>
              <Button type="destructive" pending={isPending} onPress={disconnect}>
                Disconnect
              </Button>
              <Button disabled={isPending} onPress={() => setAsking(false)}>
                Stay connected
              </Button>
            </ButtonGroup>
          }
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
