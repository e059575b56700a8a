import { Box } from '@stripe/ui-extension-sdk/ui';
import type { Overview } from '../../../shared/api';
import { INSTALL_STATUS_WORDS } from '../../../shared/words/statuses';
import { StatusBadge } from '../status-badge';

export function Health({ overview }: { overview: Overview }) {
  return (
    <Box css={{ stack: 'x', gapX: 'small', alignY: 'center' }}>
      {overview.account_name && <Box css={{ font: 'bodyEmphasized' }}>{overview.account_name}</Box>}
      {overview.status && <StatusBadge {...INSTALL_STATUS_WORDS[overview.status]} />}
    </Box>
  );
}
