import { Banner, Box, Button, Spinner } from '@stripe/ui-extension-sdk/ui';
import type { ImportProgress } from '../../shared/api';
import { countImported, IMPORT_WORDS } from '../../shared/words/connection';
import { formatNumber } from './format';

/** The import under way, or what became of it. `onStart` is left out where it can't be started. */
export function ImportState({ progress, onStart }: { progress: ImportProgress; onStart?: () => void }) {
  const { title, next } = IMPORT_WORDS[progress.status];
  const counted = countImported(progress, formatNumber);
  switch (progress.status) {
    case 'running':
      return (
        <Box css={{ stack: 'x', gapX: 'small', alignY: 'center' }}>
          <Spinner size="small" />
          <Box>{`${title}: ${counted}`}</Box>
        </Box>
      );
    case 'paused':
      return <Banner type="caution" title={title} description={`${counted} imported. ${next}`} />;
    case 'failed':
      return (
        <Banner
          type="critical"
          title={title}
          description={`${counted} imported. ${next}`}
          actions={onStart ? <Button onPress={onStart}>Import again…</Button> : undefined}
        />
      );
    case 'done':
      return <Box css={{ color: 'secondary' }}>{`${title}: ${counted}`}</Box>;
  }
}
