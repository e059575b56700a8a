import { useCallback, useState } from 'react';
import { Box, Button, Divider, Inline, Link, PropertyList, PropertyListItem } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import type { Client } from '../client';
import { DrawerFrame } from '../connection/drawer-frame';
import { Health } from '../connection/health';
import { canChange, settingsUrl } from '../connection/surroundings';
import { useClient } from '../connection/use-client';
import { useOverview } from '../connection/use-overview';
import { Activity } from '../events/activity';
import { EventDetails } from '../events/event-details';
import { EventList } from '../events/event-list';
import { formatDateAndTime, formatNumber } from '../format';
import { ImportState } from '../import-progress';
import { Checklist } from '../onboarding/checklist';
import { Empty, FailureBanner, Loading, Section } from '../states';
import { useAnswer } from '../use-answer';

export function DrawerPanel(context: ExtensionContextValue) {
  const client = useClient(context);
  const overview = useOverview(client);
  return (
    <DrawerFrame context={context} overview={overview} title="Overview">
      {(current) => (
        <Box css={{ stack: 'y', gapY: 'large' }}>
          <Numbers overview={current} />
          {current.import && current.import.status !== 'done' && <ImportState progress={current.import} />}
          <Checklist overview={current} />
          <Divider />
          <RecentEvents
            client={client}
            mayReplay={canChange(context)}
            lastEventAt={current.last_event_at}
            onRefresh={() => void overview.reload()}
          />
          <Box css={{ font: 'caption', color: 'secondary' }}>
            <Inline>Choose events and sync options in </Inline>
            <Link href={settingsUrl(context)}>settings</Link>
            <Inline>.</Inline>
          </Box>
        </Box>
      )}
    </DrawerFrame>
  );
}

function Numbers({ overview }: { overview: Overview }) {
  return (
    <Box css={{ stack: 'y', gapY: 'medium' }}>
      <Health overview={overview} />
      <PropertyList orientation="horizontal">
        <PropertyListItem label="Contacts" value={formatNumber(overview.counts.contacts)} />
        <PropertyListItem label="Events" value={formatNumber(overview.counts.events)} />
        <PropertyListItem label="Emails" value={formatNumber(overview.counts.emails)} />
      </PropertyList>
      {overview.last_event_at && (
        <Box css={{ font: 'caption', color: 'secondary' }}>
          {`Last event ${formatDateAndTime(overview.last_event_at)}`}
        </Box>
      )}
    </Box>
  );
}

const SHOWN = 10;

/** One page of events, asked for anew when the overview saw a later one: the sparkline counts them all. */
function RecentEvents({
  client,
  mayReplay,
  lastEventAt,
  onRefresh,
}: {
  client: Client;
  mayReplay: boolean;
  lastEventAt: string | null;
  onRefresh: () => void;
}) {
  const { answer, reload } = useAnswer(
    useCallback(() => client('events/list', { limit: 100 }), [client]),
    lastEventAt,
  );
  const [openEvent, setOpenEvent] = useState<string | null>(null);
  const refresh = () => {
    onRefresh();
    void reload();
  };

  if (answer.kind === 'loading') return <Loading what="events" />;
  if (answer.kind === 'failed')
    return <FailureBanner title="The events didn’t load" error={answer.error} onRetry={refresh} />;
  if (answer.value.data.length === 0)
    return (
      <Empty title="No events yet">
        They appear here as soon as something happens in Stripe, such as a new customer or a paid invoice.
      </Empty>
    );
  return (
    <Section title="Recent events">
      <Activity events={answer.value} />
      <EventList events={answer.value.data.slice(0, SHOWN)} onOpen={setOpenEvent} />
      <Box>
        <Button size="small" onPress={refresh}>
          Refresh
        </Button>
      </Box>
      {openEvent && (
        <EventDetails
          client={client}
          id={openEvent}
          mayReplay={mayReplay}
          onClose={() => setOpenEvent(null)}
          onReplayed={refresh}
        />
      )}
    </Section>
  );
}
