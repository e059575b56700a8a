import { Box, List, ListItem } from '@stripe/ui-extension-sdk/ui';
import type { EventView } from '../../../shared/api';
import { nameEvent } from '../../../shared/words/explanations';
import { EVENT_STATUS_WORDS } from '../../../shared/words/statuses';
import { formatDateAndTime } from '../format';
import { StatusBadge } from '../status-badge';

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
          value={<StatusBadge {...EVENT_STATUS_WORDS[event.status]} />}
        />
      ))}
    </List>
  );
}
