/** A webhook endpoint: how it stands, what it is told of, and the log of what was delivered to it. */
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../../shared/webhooks';
import { DELIVERY_STATUS_WORDS, ENDPOINT_OFF_WORDS, ENDPOINT_STATUS_WORDS } from '../../../shared/words/webhooks';
import type { Count, TwoWayList } from '../../db/page';
import type { Delivery } from '../../webhooks-out/deliveries';
import { typesOf, type Endpoint } from '../../webhooks-out/endpoints';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, FactList, PageHead, Section, Tabs } from '../components/blocks';
import { href } from '../components/filters';
import { ButtonForm, Confirm } from '../components/form';
import { isFirstPage, Pages, type PageQuery } from '../components/pages';
import { Table, type Column } from '../components/table';
import { None, Time, Total } from '../components/values';
import { Json } from '../events/payload';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { EndpointForm, endpointPath, NewSecret, WEBHOOKS_PATH, type RefusedEndpoint } from './webhooks';

export interface EndpointPageProps {
  endpoint: Endpoint;
  deliveries: TwoWayList<Delivery>;
  /** Of all pages. */
  count: Count;
  query: PageQuery & { status?: DeliveryStatus | undefined };
  /** The one just made: it is shown this once. */
  newSecret?: { secret: string; isRotated: boolean } | undefined;
  refused?: RefusedEndpoint | undefined;
}

export function EndpointPage({ endpoint, deliveries, count, query, newSecret, refused }: EndpointPageProps) {
  const { isLimited } = useViewer();
  const { id, url, status } = endpoint;
  const path = endpointPath(id);
  const description = endpoint.description ?? '';
  const given = refused ?? { url, description, types: typesOf(endpoint), errors: {} };
  return (
    <Shell title="Endpoint · Webhooks" section="settings">
      <PageHead
        title={<span className="webhook-url">{url}</span>}
        back={{ href: WEBHOOKS_PATH, label: 'Webhooks' }}
        badge={<Badge {...ENDPOINT_STATUS_WORDS[status]} />}
        lead={description || undefined}
        actions={
          !isLimited && (
            <ButtonForm
              action={`${path}/${status === 'active' ? 'off' : 'on'}`}
              label={status === 'active' ? 'Turn off' : 'Turn on'}
              tone={status === 'active' ? 'plain' : 'primary'}
            />
          )
        }
      />
      {newSecret && <NewSecret {...newSecret} />}
      {(status === 'gone' || status === 'failing') && <Banner tone="bad">{ENDPOINT_OFF_WORDS[status]}</Banner>}
      {status === 'active' && endpoint.failing_since !== null && (
        <Banner tone="warn">
          Nothing was taken since <Time at={endpoint.failing_since} />. After five days of that it is turned off.
        </Banner>
      )}
      <Deliveries path={path} deliveries={deliveries} count={count} query={query} />
      {!isLimited && (
        <>
          <Section title="Change">
            <EndpointForm action={path} given={given} button="Save" />
          </Section>
          <Section title="Signing secret" lead={<SecretLead endpoint={endpoint} />}>
            <Card>
              <Confirm
                label="New secret…"
                action={`${path}/secret`}
                confirm="Make a new secret"
                words="Requests bear two signatures for 24 hours, by the new secret and by the one before. Give the new one to your program meanwhile."
              />
            </Card>
          </Section>
          <Section title="Delete">
            <Card>
              <Confirm
                label="Delete endpoint…"
                action={`${path}/delete`}
                confirm="Delete endpoint"
                words="Nothing more is delivered to it, and its log is deleted."
              />
            </Card>
          </Section>
        </>
      )}
    </Shell>
  );
}

const SecretLead = ({ endpoint: { old_secret_until } }: { endpoint: Endpoint }) =>
  old_secret_until === null ? (
    <>Your program verifies with it that requests come from here.</>
  ) : (
    <>
      The one before it signs until <Time at={old_secret_until} />.
    </>
  );

function Deliveries({
  path,
  deliveries,
  count,
  query,
}: { path: string } & Pick<EndpointPageProps, 'deliveries' | 'count' | 'query'>) {
  const tab = (status: DeliveryStatus | undefined, label: string) => ({
    href: href(path, { status }),
    label,
    isCurrent: query.status === status,
  });
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
          {query.status ? 'No delivery is in this state.' : 'The next thing that it is told of shows here.'}
        </Empty>
      ) : (
        <>
          {isFirstPage(query) && (
            <p className="list-head" role="status">
              <Total {...count} one="delivery" many="deliveries" />
            </p>
          )}
          <Table caption="Deliveries" columns={columnsOf(path)} rows={deliveries.data} />
          <Pages path={path} filter={{ status: query.status }} list={deliveries} />
        </>
      )}
    </Section>
  );
}

const columnsOf = (path: string): Column<Delivery>[] => [
  {
    label: 'Type',
    kind: 'main',
    cell: ({ id, type }) => (
      <a href={`${path}/deliveries/${id}`}>
        <code>{type}</code>
      </a>
    ),
  },
  { label: 'State', cell: ({ status }) => <Badge {...DELIVERY_STATUS_WORDS[status]} /> },
  { label: 'Last answer', kind: 'wide', cell: ({ outcome }) => outcome ?? <None words="not sent yet" /> },
  { label: 'Next try', isMinor: true, cell: (delivery) => <NextTry delivery={delivery} /> },
  { label: 'Made', cell: ({ created_at }) => <Time at={created_at} /> },
];

const NextTry = ({ delivery: { status, due_at } }: { delivery: Delivery }) =>
  status === 'pending' && due_at !== null ? <Time at={due_at} /> : <None />;

export function DeliveryPage({ endpoint, delivery }: { endpoint: Endpoint; delivery: Delivery }) {
  const { isLimited } = useViewer();
  const { status, outcome, response, tried_at, created_at, attempts } = delivery;
  const path = endpointPath(endpoint.id);
  return (
    <Shell title="Delivery · Webhooks" section="settings">
      <PageHead
        title={delivery.type}
        back={{ href: path, label: 'Endpoint' }}
        badge={<Badge {...DELIVERY_STATUS_WORDS[status]} />}
        lead={<span className="webhook-url">{endpoint.url}</span>}
        actions={
          !isLimited && (
            <ButtonForm action={`${path}/deliveries/${delivery.id}/again`} label="Send again" tone="primary" />
          )
        }
      />
      <Card>
        <FactList
          facts={[
            ['Made', <Time key="made" at={created_at} as="seconds" />],
            ['Attempts', `${attempts} of 10`],
            [
              'Last try',
              tried_at === null ? <None key="tried" words="none" /> : <Time key="tried" at={tried_at} as="seconds" />,
            ],
            ['Came of it', outcome ?? <None key="outcome" words="nothing yet" />],
            ['Next try', <NextTry key="next" delivery={delivery} />],
            ['webhook-id', <code key="id">{delivery.id}</code>],
          ]}
        />
      </Card>
      {response !== null && (
        <Section title="Answer" lead="Its first 500 bytes.">
          <pre className="webhook-answer" tabIndex={0} aria-label="Answer">
            {response}
          </pre>
        </Section>
      )}
      <Section title="Body">
        <Json value={JSON.parse(delivery.payload) as unknown} />
      </Section>
    </Shell>
  );
}
