import { Box, List, ListItem } from '@stripe/ui-extension-sdk/ui';
import type { EventView } from '../../../shared/api';
import { EventBadge } from '../badges';
import { formatDateAndTime } from '../format';
import { nameEvent } from './describe-event';

/** Events with what became of each. Pressing one opens it. */
export function EventList({ events, onOpen }: { events: readonly EventView[]; onOpen: (id: string) => void }) {
  return (
    <List onAction={(id) => onOpen(String(id))}>
      {events.map((event) => (
        <ListItem
          key={event.id}
          id={event.id}
          title={nameEvent(event.type)}
          secondaryTitle={
            <Box css={{ stack: 'y' }}>
              <Box>{event.outcome}</Box>
              <Box css={{ font: 'caption' }}>{formatDateAndTime(event.created * 1000)}</Box>
            </Box>
          }
          value={<EventBadge status={event.status} />}
        />
      ))}
    </List>
  );
}
