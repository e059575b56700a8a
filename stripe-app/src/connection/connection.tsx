import { Box } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import { Section } from '../states';
import { Health } from './health';
import { ReconnectBanner } from './reconnect-banner';
import { describeMode } from './surroundings';
import type { OverviewAsked } from './use-overview';

/** The state of a connection that exists: whose, in which mode, and whether it works. */
export function Connection({
  context,
  overview,
  asked,
}: {
  context: ExtensionContextValue;
  overview: Overview;
  asked: OverviewAsked;
}) {
  return (
    <Section title="Connection">
      <Box css={{ stack: 'y', gapY: 'xxsmall' }}>
        <Health overview={overview} />
        <Box css={{ font: 'caption', color: 'secondary' }}>{describeScope(context)}</Box>
      </Box>
      {overview.status === 'needs_reconnect' && (
        <ReconnectBanner context={context} overview={overview} onLeave={asked.watch} />
      )}
    </Section>
  );
}

function describeScope(context: ExtensionContextValue): string {
  const mode = describeMode(context);
  switch (mode) {
    case 'Live mode':
      return mode;
    case 'Test mode':
      return 'Test mode. Live mode has a connection, settings and an audience of its own.';
    case 'Sandbox':
      return 'Sandbox. Your live account has a connection, settings and an audience of its own.';
  }
}
