/** Settings → Webhooks: where other programs are told of what happens. */
import { MOST_ENDPOINTS, WEBHOOK_TYPES } from '../../../shared/webhooks';
import { ENDPOINT_STATUS_WORDS, WEBHOOKS_WORDS as WORDS } from '../../../shared/words/webhooks';
import { typesOf, type Endpoint } from '../../webhooks-out/endpoints';
import { Badge } from '../components/badge';
import { Banner, Empty, Section } from '../components/blocks';
import { buttonClass } from '../components/form';
import { Table, type Column } from '../components/table';
import { None, Time } from '../components/values';
import { useViewer } from '../page';
import { EndpointForm, type EndpointDraft, type EndpointSurroundings } from './endpoint-form';
import { SettingsShell } from './sections';

export const WEBHOOKS_PATH = '/settings/webhooks';

export const endpointPath = (id: string): string => `${WEBHOOKS_PATH}/${id}`;

interface WebhooksPageProps {
  endpoints: readonly Endpoint[];
  surroundings: EndpointSurroundings;
  draft?: EndpointDraft | undefined;
}

export function WebhooksPage({ endpoints, surroundings, draft }: WebhooksPageProps) {
  const { isLimited } = useViewer();
  return (
    <SettingsShell page="webhooks" lead={WORDS.lead}>
      {endpoints.length === 0 ? (
        <Empty icon="bolt" title="No endpoints yet">
          {isLimited ? WORDS.limited : WORDS.none}
        </Empty>
      ) : (
        <Table caption="Endpoints" columns={COLUMNS} rows={endpoints} />
      )}
      {isLimited
        ? endpoints.length > 0 && <p className="hint section">{WORDS.limited}</p>
        : endpoints.length < MOST_ENDPOINTS && (
            <Section title="New endpoint">
              <EndpointForm
                action={WEBHOOKS_PATH}
                given={draft ?? NEW_ENDPOINT}
                surroundings={surroundings}
                button="Add endpoint"
              />
            </Section>
          )}
    </SettingsShell>
  );
}

const NEW_ENDPOINT: EndpointDraft = { url: '', description: '', types: [], errors: {} };

const COLUMNS: Column<Endpoint>[] = [
  {
    label: 'Address',
    kind: 'main',
    cell: ({ id, url, description }) => (
      <>
        <a className="webhook-url" href={endpointPath(id)}>
          {url}
        </a>
        {description && <span className="row-sub">{description}</span>}
      </>
    ),
  },
  { label: 'State', cell: ({ status }) => <Badge {...ENDPOINT_STATUS_WORDS[status]} /> },
  {
    label: WORDS.messages,
    cell: (endpoint) => `${typesOf(endpoint).length} of ${WEBHOOK_TYPES.length} types`,
  },
  {
    label: 'Failing since',
    isMinor: true,
    cell: ({ failing_since }) => (failing_since === null ? <None words="not failing" /> : <Time at={failing_since} />),
  },
  { label: 'Added', isMinor: true, cell: ({ created_at }) => <Time at={created_at} as="date" /> },
];

export const NewSecret = ({ secret, isRotated }: { secret: string; isRotated: boolean }) => (
  <Banner
    tone="good"
    title="Copy the signing secret now"
    actions={
      <button type="button" className={buttonClass()} data-copy="new-secret" hidden>
        Copy
      </button>
    }
  >
    {isRotated
      ? 'It is shown this once. For 24 hours requests bear two signatures, by this secret and by the one before.'
      : 'It is shown this once. Your program verifies requests with it.'}
    <code id="new-secret" className="new-key">
      {secret}
    </code>
  </Banner>
);
