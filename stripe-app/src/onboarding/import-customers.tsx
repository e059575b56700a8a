import { useState } from 'react';
import { Box, Button } from '@stripe/ui-extension-sdk/ui';
import type { Overview } from '../../../shared/api';
import type { NamedAccount } from '../../../shared/confirm-by-name';
import { IMPORT_QUESTION } from '../../../shared/words/connection';
import type { Client } from '../client';
import { ConfirmByName } from '../connection/confirm-by-name';
import { ImportState } from '../import-progress';
import { FailureBanner, Section } from '../states';
import { useAction } from '../use-action';

export function ImportCustomers({
  client,
  account,
  overview,
  mayChange,
  onDone,
}: {
  client: Client;
  account: NamedAccount;
  overview: Overview;
  mayChange: boolean;
  onDone: () => Promise<void>;
}) {
  const [isAsking, setAsking] = useState(false);
  const { isPending, failure, run } = useAction();
  const start = () =>
    void run(
      () => client('import/start'),
      async () => {
        setAsking(false);
        await onDone();
      },
    );
  return (
    <Section
      title="Import your customers"
      description="Adds the customers you already have to your audience. It runs in the background and starts no workflow."
    >
      {failure && <FailureBanner title="The import didn’t start" error={failure} onRetry={start} />}
      {overview.import && !isAsking && (
        <ImportState progress={overview.import} onStart={mayChange ? () => setAsking(true) : undefined} />
      )}
      {isAsking && (
        <ConfirmByName
          title={IMPORT_QUESTION.title}
          description={IMPORT_QUESTION.description}
          account={account}
          confirm="Start the import"
          cancel="Not now"
          isPending={isPending}
          onConfirm={start}
          onCancel={() => setAsking(false)}
        />
      )}
      {!overview.import && !isAsking && mayChange && (
        <Box>
          <Button type="primary" onPress={() => setAsking(true)}>
            Import customers…
          </Button>
        </Box>
      )}
    </Section>
  );
}
