/** The log: a chart of the last 30 days, and the events that match the filters. */
import { Fragment } from 'react';
import { EVENT_STATUSES, type EventStatus, type EventView } from '../../../shared/api';
import { nameEvent } from '../../../shared/words/explanations';
import { EVENT_LABELS } from '../../../shared/words/fields';
import type { TermKey } from '../../../shared/words/help';
import { EVENT_STATUS_WORDS } from '../../../shared/words/statuses';
import type { Count, TwoWayList } from '../../db/page';
import { Badge } from '../components/badge';
import { Card, Empty, LinkButton, PageHead, Section } from '../components/blocks';
import { apiEventOptions, EVENT_OPTIONS } from '../components/event-options';
import { Filters, FilterSelect, href } from '../components/filters';
import { TextField } from '../components/form';
import { DayChart, type Day, type Series } from '../components/day-chart';
import { Icon } from '../components/icon';
import { refreshes } from '../components/refreshes';
import { isFirstPage, Pages, type PageQuery } from '../components/pages';
import { Table, type Column } from '../components/table';
import { LogTime, None, Total } from '../components/values';
import { Shell } from '../layout';
import { withoutAddress } from './terms';
import { usePage } from '../page';

/** The page's query parameters, unchecked. */
export interface EventQuery extends PageQuery {
  type?: string;
  status?: string;
  /** Part of a contact's address or name. */
  contact?: string;
  /** YYYY-MM-DD, both days included. */
  since?: string;
  until?: string;
}

export interface EventsPageProps {
  events: TwoWayList<EventView>;
  /** Null where it isn't counted: of very many contacts that are found by a part of their address. */
  count: Count | null;
  query: EventQuery;
  /** The contact is given by a part of an address: of those events none is replayed. */
  isPart: boolean;
  days: readonly Day<EventStatus>[];
  /** The names of programs' events that have come so far. */
  apiEvents: readonly string[];
}

export function EventsPage({ events, count, query, isPart, days, apiEvents }: EventsPageProps) {
  const { starting_after: _after, ending_before: _before, page: _page, ...filter } = query;
  const isFiltered = Object.values(filter).some(Boolean);
  const hasAny =
    events.data.length > 0 ||
    isFiltered ||
    !isFirstPage(query) ||
    days.some((day) => Object.values(day.counts).some(Boolean));
  return (
    <Shell title="Events" section="events">
      <PageHead
        title="Events"
        lead="What Stripe and your programs told us, what followed from it, and what became of each."
      />
      {hasAny ? (
        <>
          <Card>
            <Section title="Last 30 days">
              <DayChart what="events" days={days} series={SERIES} />
            </Section>
          </Card>
          <div className="section">
            <EventFilters query={query} apiEvents={apiEvents} isFiltered={isFiltered} />
            <EventList events={events} count={count} query={query} isPart={isPart} />
          </div>
        </>
      ) : (
        <Empty
          icon="events"
          title="No events yet"
          actions={
            <LinkButton href="/settings/stripe" tone="primary">
              Choose events
            </LinkButton>
          }
        >
          As soon as something happens in your Stripe account it shows here, with what became of it. Choose which events
          do something; the recommended ones keep your audience true.
        </Empty>
      )}
    </Shell>
  );
}

const COLOURS = [
  ['processed', 'good'],
  ['pending', 'info'],
  ['waiting', 'warn'],
  ['skipped', 'plain'],
  ['ignored', 'faint'],
  ['failed', 'bad'],
] as const;
const SERIES: readonly Series<EventStatus>[] = COLOURS.map(([key, colour]) => ({
  key,
  colour,
  label: EVENT_STATUS_WORDS[key].label,
}));

function EventFilters({
  query,
  apiEvents,
  isFiltered,
}: Pick<EventsPageProps, 'query' | 'apiEvents'> & { isFiltered: boolean }) {
  const options = [...EVENT_OPTIONS, ...apiEventOptions(apiEvents)];
  return (
    <Filters action="/events" target="event-list" isFiltered={isFiltered}>
      <FilterSelect name="type" label="Event" value={query.type} all="All events" options={options} />
      <FilterSelect
        name="status"
        label="Outcome"
        value={query.status}
        all="All outcomes"
        options={EVENT_STATUSES.map((status) => ({ value: status, label: EVENT_STATUS_WORDS[status].label }))}
      />
      <TextField
        id="contact"
        name="contact"
        type="search"
        label={EVENT_LABELS.contact}
        placeholder="Part of an address"
        defaultValue={query.contact ?? ''}
        autoComplete="off"
      />
      <TextField id="since" name="since" type="date" label="From" defaultValue={query.since ?? ''} />
      <TextField id="until" name="until" type="date" label="To" defaultValue={query.until ?? ''} />
    </Filters>
  );
}

/** The first page refreshes itself. */
function EventList({ events, count, query, isPart }: Pick<EventsPageProps, 'events' | 'count' | 'query' | 'isPart'>) {
  const { url } = usePage();
  const { starting_after: _after, ending_before: _before, page: _page, ...filter } = query;
  return (
    <div id="event-list" data-live="" {...(isFirstPage(query) && refreshes({ id: 'event-list', url, seconds: 4 }))}>
      {count && (
        <div className="list-head">
          <span role="status">
            <Total {...count} one="event" />
          </span>
          {count.count > 0 && !isPart && (
            <LinkButton href={href('/events/replay', filter)} tone="quiet">
              <Icon name="replay" /> Replay {count.count === 1 ? 'it' : 'them'}…
            </LinkButton>
          )}
        </div>
      )}
      {events.data.length === 0 ? (
        <Empty
          icon="events"
          title="No event matches"
          actions={<LinkButton href="/events">Clear the filters</LinkButton>}
        >
          Try another outcome, a longer time, or another contact.
        </Empty>
      ) : (
        <Table caption="Events" columns={EVENT_COLUMNS} rows={events.data} />
      )}
      <Pages path="/events" filter={filter} list={events} />
    </div>
  );
}

/** Long names may break after a dot, not within a word. */
const Breakable = ({ text }: { text: string }) => (
  <>
    {text.split(/(?<=[._])/).map((part, index) => (
      <Fragment key={index}>
        {part}
        <wbr />
      </Fragment>
    ))}
  </>
);

const OUTCOMES = ['processed', 'ignored', 'skipped', 'waiting', 'event_failed'] as const satisfies TermKey[];
const DOINGS = ['created', 'matched', 'updated', 'linked'] as const satisfies TermKey[];

const EVENT_COLUMNS: readonly Column<EventView>[] = [
  {
    label: 'Event',
    kind: 'main',
    cell: (event) => (
      <>
        <a className="row-link" href={`/events/${encodeURIComponent(event.id)}`}>
          {nameEvent(event.type)}
        </a>
        <span className="row-sub mono type-name">
          <Breakable text={event.type} />
        </span>
      </>
    ),
  },
  { label: 'Outcome', hint: OUTCOMES, cell: (event) => <Badge {...EVENT_STATUS_WORDS[event.status]} /> },
  { label: 'What happened', kind: 'wide', hint: DOINGS, cell: withoutAddress },
  {
    label: EVENT_LABELS.contact,
    cell: (event) =>
      event.contact ? (
        <a className="above clip" href={`/audience/${event.contact}`} title={event.email ?? undefined}>
          {event.email ?? 'Contact'}
        </a>
      ) : (
        (event.email ?? <None words="no contact" />)
      ),
  },
  { label: EVENT_LABELS.received_at, kind: 'end', cell: (event) => <LogTime at={event.received_at} /> },
];
