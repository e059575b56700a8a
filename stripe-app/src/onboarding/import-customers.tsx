import { Box, Button } from '@stripe/ui-extension-sdk/ui';
import type { Overview } from '../../../shared/api';
import type { Client } from '../client';
import { ImportState } from '../import-progress';
import { FailureBanner, Section } from '../states';
import { useAction } from '../use-action';

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
  const { isPending, failure, run } = useAction();
  const start = () => void run(() => client('import/start'), onDone);
  return (
    <Section
      title="Import your customers"
      description="Adds the customers you already have to your audience. It runs in the background and starts no workflow."
    >
      {failure && <FailureBanner title="The import didn’t start" error={failure} onRetry={start} />}
      {overview.import && <ImportState progress={overview.import} onStart={mayChange ? start : undefined} />}
      {!overview.import && mayChange && (
        <Box>
          <Button type="primary" pending={isPending} onPress={start}>
            Import customers
          </Button>
        </Box>
      )}
    </Section>
  );
}
