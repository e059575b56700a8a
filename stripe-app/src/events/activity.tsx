import { useState } from 'react';
import { Box, Sparkline } from '@stripe/ui-extension-sdk/ui';
import type { EventView, List } from '../../../shared/api';
import { formatDay, formatDateAndTime } from '../format';
import { countOverTime } from './count-over-time';

const DAY_MS = 24 * 3_600_000;
const DAYS = 14;

/** The pace of the latest events: two weeks, or as far back as the list reaches when they come faster. */
export function Activity({ events }: { events: List<EventView> }) {
  const [now] = useState(() => Date.now());
  const oldest = events.data[events.data.length - 1];
  if (!oldest) return null;
  const twoWeeksAgo = now - DAYS * DAY_MS;
  const from = events.has_more ? Math.max(twoWeeksAgo, oldest.created * 1000) : twoWeeksAgo;
  const format = now - from > 2 * DAY_MS ? formatDay : formatDateAndTime;
  return (
    <Box css={{ stack: 'y', gapY: 'xsmall' }}>
      <Sparkline
        data={countOverTime(events.data, { from, to: now, slices: DAYS, format })}
        x="time"
        y="events"
        tooltip
      />
      <Box css={{ font: 'caption', color: 'secondary' }}>{`Events since ${format(from)}`}</Box>
    </Box>
  );
}
