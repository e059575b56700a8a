import { Badge, Box } from '@stripe/ui-extension-sdk/ui';
import type { Overview } from '../../../shared/api';

export function Health({ overview }: { overview: Overview }) {
  return (
    <Box css={{ stack: 'x', gapX: 'small', alignY: 'center' }}>
      {overview.account_name && <Box css={{ font: 'bodyEmphasized' }}>{overview.account_name}</Box>}
      {overview.status === 'needs_reconnect' ? (
        <Badge type="warning">Needs reconnecting</Badge>
      ) : (
        <Badge type="positive">Connected</Badge>
      )}
    </Box>
  );
}
