/** The log of what was delivered to a webhook endpoint, by state. */
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../../shared/webhooks';
import { DELIVERY_STATUS_WORDS, WEBHOOKS_WORDS as WORDS } from '../../../shared/words/webhooks';
import type { Count, TwoWayList } from '../../db/page';
import type { Delivery } from '../../webhooks-out/deliveries';
import { Badge } from '../components/badge';
import { Empty, Section, Tabs } from '../components/blocks';
import { href } from '../components/filters';
import { isFirstPage, Pages, type PageQuery } from '../components/pages';
import { refreshes } from '../components/refreshes';
import { Table, type Column } from '../components/table';
import { None, Time, Total } from '../components/values';
import { aboutOf } from './delivery-about';

export interface DeliveriesProps {
  deliveries: TwoWayList<Delivery>;
  /** Of all pages. */
  count: Count;
  query: PageQuery & { status?: DeliveryStatus | undefined };
  /** Names of workflows by id. */
  workflows: ReadonlyMap<string, string>;
}

/** Its first try, or one that somebody asked for, is about to be made. */
export const isMoving = ({ status, attempts }: Delivery): boolean => status === 'pending' && attempts <= 1;

export function Deliveries({ path, deliveries, count, query, workflows }: DeliveriesProps & { path: string }) {
  const tab = (status: DeliveryStatus | undefined, label: string) => ({
    href: href(path, { status }),
    label,
    isCurrent: query.status === status,
  });
  const url = href(path, { status: query.status });
  const isLive = isFirstPage(query) && deliveries.data.some(isMoving);
  return (
    <Section title="Deliveries" lead="Kept for 30 days, or until the contact that one is about is deleted.">
      <Tabs
        label="State of deliveries"
        tabs={[
          tab(undefined, 'All'),
          ...DELIVERY_STATUSES.map((status) => tab(status, DELIVERY_STATUS_WORDS[status].label)),
        ]}
      />
      {deliveries.data.length === 0 ? (
        <Empty icon="bolt" title={query.status ? 'None of these' : 'Nothing delivered yet'}>
          {query.status ? 'No delivery is in this state.' : 'The next of its messages shows here.'}
        </Empty>
      ) : (
        <div id="deliveries" data-live="" {...(isLive && refreshes({ id: 'deliveries', url, seconds: 3 }))}>
          {isFirstPage(query) && (
            <p className="list-head" role="status">
              <Total {...count} one="delivery" many="deliveries" />
            </p>
          )}
          <Table caption="Deliveries" columns={columnsOf(path, workflows)} rows={deliveries.data} />
          <Pages path={path} filter={{ status: query.status }} list={deliveries} />
        </div>
      )}
    </Section>
  );
}

const columnsOf = (path: string, workflows: ReadonlyMap<string, string>): Column<Delivery>[] => [
  {
    label: 'Type',
    kind: 'main',
    cell: ({ id, type }) => (
      <a href={`${path}/deliveries/${id}`}>
        <code>{type}</code>
      </a>
    ),
  },
  { label: WORDS.about, kind: 'wide', cell: (delivery) => <AboutCell delivery={delivery} workflows={workflows} /> },
  { label: 'State', cell: ({ status }) => <Badge {...DELIVERY_STATUS_WORDS[status]} /> },
  {
    label: WORDS.answer,
    cell: ({ outcome }) => <span className="webhook-outcome">{outcome ?? <None words="not sent yet" />}</span>,
  },
  { label: WORDS.nextTry, isMinor: true, cell: (delivery) => <NextTry delivery={delivery} /> },
  { label: WORDS.created, cell: ({ created_at }) => <Time at={created_at} as="seconds" /> },
];

function AboutCell({ delivery, workflows }: { delivery: Delivery; workflows: ReadonlyMap<string, string> }) {
  const [first, second] = aboutOf(delivery, workflows).words;
  if (first === undefined) return <None words="nobody named" />;
  return (
    <>
      {first}
      {second && <span className="row-sub">{second}</span>}
    </>
  );
}

export const NextTry = ({ delivery: { status, due_at } }: { delivery: Delivery }) =>
  status === 'pending' && due_at !== null ? <Time at={due_at} as="seconds" /> : <None />;
