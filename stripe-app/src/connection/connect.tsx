import { Box, Button, ButtonGroup } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import { canChange } from './surroundings';
import type { OverviewAsked } from './use-overview';
import { describeConnecting } from './words';
import { Section } from '../states';

/** The first step: the way to Stripe's consent page, and back. */
export function Connect({
  context,
  overview,
  asked,
}: {
  context: ExtensionContextValue;
  overview: Overview;
  asked: OverviewAsked;
}) {
  return (
    <Section title="Connect to Stripe" description={describeConnecting(context, overview)}>
      {canChange(context) && (
        <ButtonGroup>
          <Button type="primary" href={overview.connect_url} target="_blank" onPress={asked.watch}>
            Connect to Stripe
          </Button>
          <Button onPress={() => void asked.reload()}>Check again</Button>
        </ButtonGroup>
      )}
      <Box css={{ font: 'caption', color: 'secondary' }}>
        Tillpost asks to read customers, subscriptions, invoices, checkouts, quotes and disputes. It changes nothing in
        Stripe.
      </Box>
    </Section>
  );
}
