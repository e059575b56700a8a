import { Banner, Box, Button, Spinner } from '@stripe/ui-extension-sdk/ui';
import type { ImportProgress } from '../../shared/api';
import { formatCount, formatNumber } from './format';

/** The import under way, or what became of it. `onStart` is left out where it can't be started. */
export function ImportState({ progress, onStart }: { progress: ImportProgress; onStart?: () => void }) {
  switch (progress.status) {
    case 'running':
      return (
        <Box css={{ stack: 'x', gapX: 'small', alignY: 'center' }}>
          <Spinner size="small" />
          <Box>{`Importing customers: ${describeProgress(progress)}`}</Box>
        </Box>
      );
    case 'paused':
      return (
        <Banner
          type="caution"
          title="The import is paused"
          description={`${describeProgress(progress)} imported. It goes on by itself once you reconnect.`}
        />
      );
    case 'failed':
      return (
        <Banner
          type="critical"
          title="The import stopped"
          description={`${describeProgress(progress)} imported. Starting it again updates them and doubles none.`}
          actions={onStart ? <Button onPress={onStart}>Import again</Button> : undefined}
        />
      );
    case 'done':
      return <Box css={{ color: 'secondary' }}>{`${formatCount(progress.done, 'customer')} imported.`}</Box>;
  }
}

const describeProgress = ({ done, total }: ImportProgress): string =>
  total === null ? `${formatNumber(done)} so far` : `${formatNumber(done)} of ${formatNumber(total)}`;
