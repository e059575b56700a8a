import { useState } from 'react';
import { Banner, Box, Button, ButtonGroup } from '@stripe/ui-extension-sdk/ui';
import type { Overview } from '../../../shared/api';
import { IMPORT_QUESTION } from '../../../shared/words/connection';
import type { Client } from '../client';
import { ImportState } from '../import-progress';
import { FailureBanner, Section } from '../states';
import { useAction } from '../use-action';

/** Importing takes two presses, the second one beside the words that say what it does. */
export function ImportCustomers({
  client,
  overview,
  mayChange,
  onDone,
}: {
  client: Client;
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
        <Banner
          title={IMPORT_QUESTION.title}
          description={IMPORT_QUESTION.description}
          actions={
            <ButtonGroup>
              <Button type="primary" pending={isPending} onPress={start}>
                Start the import
              </Button>
              <Button disabled={isPending} onPress={() => setAsking(false)}>
                Not now
              </Button>
            </ButtonGroup>
          }
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
