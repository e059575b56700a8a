/** Settings → Properties: what programs store with contacts, and the events that they send. */
import { MOST_API_EVENTS } from '../../../shared/api-events';
import { MOST_CONTACT_PROPERTIES, type ContactProperty } from '../../../shared/contact-properties';
import { OWN_NAMES_WORDS as WORDS, PROPERTY_TYPE_WORDS } from '../../../shared/words/own-names';
import type { LearnedEvent } from '../../workflows/api-event-names';
import { Badge } from '../components/badge';
import { Banner, Empty, Section } from '../components/blocks';
import { Confirm } from '../components/form';
import { Table, type Column } from '../components/table';
import { Count, None, Time } from '../components/values';
import { useViewer } from '../page';
import { SettingsShell } from './sections';

export const PROPERTIES_PATH = '/settings/properties';

interface Used {
  id: string;
  usedBy: readonly { id: string; name: string }[];
}

interface PropertyRow extends ContactProperty, Used {
  contacts: number;
}

interface EventRow extends LearnedEvent, Used {}

interface PropertiesPageProps {
  properties: readonly PropertyRow[];
  /** Among how many contacts; null: all. */
  counted: number | null;
  events: readonly EventRow[];
}

export function PropertiesPage({ properties, counted, events }: PropertiesPageProps) {
  const { isLimited } = useViewer();
  const some = counted === null ? '' : ` ${WORDS.someCounted(counted.toLocaleString('en'))}`;
  return (
    <SettingsShell page="properties" lead={WORDS.lead}>
      <Section title="Contact properties" lead={WORDS.properties + some}>
        {properties.length >= MOST_CONTACT_PROPERTIES && <Banner tone="warn">{WORDS.propertiesFull}</Banner>}
        {properties.length === 0 ? (
          <Empty icon="audience" title="No contact properties yet">
            A program stores one with the fields of a contact, such as <code>planName</code>.
          </Empty>
        ) : (
          <Table caption="Contact properties" columns={propertyColumns(isLimited)} rows={properties} />
        )}
      </Section>
      <Section title="Events" lead={WORDS.events}>
        {events.length >= MOST_API_EVENTS && <Banner tone="info">{WORDS.eventsFull}</Banner>}
        {events.length === 0 ? (
          <Empty icon="bolt" title="No events yet">
            A program sends one with <code>POST /api/v1/events/send</code>.
          </Empty>
        ) : (
          <Table caption="Events" columns={eventColumns(isLimited)} rows={events} />
        )}
      </Section>
      {isLimited && <p className="hint section">Sign in with Connect to Stripe to delete or forget any of them.</p>}
    </SettingsShell>
  );
}

const usedBy: Column<Used> = {
  label: WORDS.inUse,
  cell: ({ usedBy: workflows }) =>
    workflows.length === 0 ? (
      <None words="no workflow" />
    ) : (
      workflows.map(({ id, name }, n) => (
        <span key={id}>
          {n > 0 && ', '}
          <a href={`/workflows/${id}`}>{name}</a>
        </span>
      ))
    ),
};

const propertyColumns = (isLimited: boolean): Column<PropertyRow>[] => [
  { label: 'Property', kind: 'main', cell: ({ name }) => <code>{name}</code> },
  { label: 'Type', cell: ({ type }) => <Badge tone="plain" label={PROPERTY_TYPE_WORDS[type]} /> },
  { label: 'Contacts', cell: ({ contacts }) => <Count value={contacts} /> },
  usedBy,
  ...(isLimited
    ? []
    : [
        {
          label: 'Delete',
          kind: 'act' as const,
          cell: ({ name, usedBy: workflows }: PropertyRow) =>
            workflows.length === 0 && (
              <Confirm
                label="Delete…"
                action={`${PROPERTIES_PATH}/delete`}
                confirm="Delete property"
                words={WORDS.deletion(name)}
              >
                <input type="hidden" name="name" value={name} />
              </Confirm>
            ),
        },
      ]),
];

const eventColumns = (isLimited: boolean): Column<EventRow>[] => [
  {
    label: 'Event',
    kind: 'main',
    cell: ({ name, properties }) => (
      <>
        <a className="row-link" href={`/events?type=${encodeURIComponent(`api.${name}`)}`}>
          {name}
        </a>
        <span className="row-sub">{Object.keys(properties).sort().join(', ')}</span>
      </>
    ),
  },
  { label: 'Last seen', cell: ({ last_seen_at }) => <Time at={last_seen_at} as="date" /> },
  usedBy,
  ...(isLimited
    ? []
    : [
        {
          label: 'Forget',
          kind: 'act' as const,
          cell: ({ name }: EventRow) => (
            <Confirm
              label="Forget…"
              action={`${PROPERTIES_PATH}/forget`}
              confirm="Forget event"
              words={WORDS.forgetting}
              tone="plain"
            >
              <input type="hidden" name="name" value={name} />
            </Confirm>
          ),
        },
      ]),
];
