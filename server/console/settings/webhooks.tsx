/** Settings → Webhooks: where other programs are told of what happens. */
import {
  MOST_ENDPOINTS,
  WEBHOOK_DESCRIPTION_LENGTH,
  WEBHOOK_TYPES,
  WEBHOOK_URL_LENGTH,
  type WebhookType,
} from '../../../shared/webhooks';
import { ENDPOINT_STATUS_WORDS, WEBHOOK_GROUPS, WEBHOOK_TYPE_WORDS } from '../../../shared/words/webhooks';
import { typesOf, type Endpoint, type EndpointInput } from '../../webhooks-out/endpoints';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, Section } from '../components/blocks';
import { buttonClass, Check, FieldError, PostForm, TextField } from '../components/form';
import { Table, type Column } from '../components/table';
import { None, Time } from '../components/values';
import { useViewer } from '../page';
import { SettingsShell } from './sections';

export const WEBHOOKS_PATH = '/settings/webhooks';

export const endpointPath = (id: string): string => `${WEBHOOKS_PATH}/${id}`;

/** What was typed and refused, and why. */
export interface RefusedEndpoint extends EndpointInput {
  errors: Readonly<Record<string, string>>;
}

interface WebhooksPageProps {
  endpoints: readonly Endpoint[];
  refused?: RefusedEndpoint | undefined;
}

export function WebhooksPage({ endpoints, refused }: WebhooksPageProps) {
  const { isLimited } = useViewer();
  return (
    <SettingsShell
      page="webhooks"
      lead="Your own programs are told of what happens here, by signed requests (Standard Webhooks) that are tried again until they are taken."
    >
      {endpoints.length === 0 ? (
        <Empty icon="bolt" title="No endpoints yet">
          {isLimited
            ? 'Sign in with Connect to Stripe to add one.'
            : 'Add a program’s address, and choose what it is told of.'}
        </Empty>
      ) : (
        <Table caption="Endpoints" columns={COLUMNS} rows={endpoints} />
      )}
      {isLimited ? (
        <p className="hint section">Sign in with Connect to Stripe to add and change endpoints.</p>
      ) : (
        endpoints.length < MOST_ENDPOINTS && (
          <Section title="New endpoint">
            <EndpointForm action={WEBHOOKS_PATH} given={refused ?? NEW_ENDPOINT} button="Add endpoint" />
          </Section>
        )
      )}
    </SettingsShell>
  );
}

const NEW_ENDPOINT: RefusedEndpoint = { url: '', description: '', types: [], errors: {} };

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
    label: 'Told of',
    cell: (endpoint) => `${typesOf(endpoint).length} of ${WEBHOOK_TYPES.length} types`,
  },
  {
    label: 'Failing since',
    isMinor: true,
    cell: ({ failing_since }) => (failing_since === null ? <None words="not failing" /> : <Time at={failing_since} />),
  },
  { label: 'Added', isMinor: true, cell: ({ created_at }) => <Time at={created_at} as="date" /> },
];

/** Of a new endpoint, or of one that is changed. */
export function EndpointForm({ action, given, button }: { action: string; given: RefusedEndpoint; button: string }) {
  const { errors } = given;
  return (
    <Card>
      <PostForm action={action} className="stack" id="endpoint-form">
        <TextField
          id="url"
          name="url"
          label="Address"
          hint="It gets POST requests with a JSON body."
          placeholder="https://example.com/webhooks"
          defaultValue={given.url}
          error={errors.url}
          maxLength={WEBHOOK_URL_LENGTH}
          autoComplete="off"
          required
        />
        <TextField
          id="description"
          name="description"
          label="Description"
          hint="For you: which program it is."
          defaultValue={given.description}
          error={errors.description}
          maxLength={WEBHOOK_DESCRIPTION_LENGTH}
          autoComplete="off"
        />
        <TypeChoices chosen={given.types} error={errors.types} />
        <div>
          <button className={buttonClass('primary')}>{button}</button>
        </div>
      </PostForm>
    </Card>
  );
}

function TypeChoices({ chosen, error }: { chosen: readonly string[]; error: string | undefined }) {
  return (
    <fieldset className={error ? 'webhook-types field-bad' : 'webhook-types'} aria-describedby={error && 'types-error'}>
      <legend>Told of</legend>
      <FieldError id="types" error={error} />
      {WEBHOOK_GROUPS.map(({ label, prefix }) => (
        <div key={prefix} className="webhook-group" role="group" aria-label={label}>
          <p className="webhook-group-name">{label}</p>
          {WEBHOOK_TYPES.filter((type) => type.startsWith(prefix)).map((type) => (
            <TypeChoice key={type} type={type} isChosen={chosen.includes(type)} />
          ))}
        </div>
      ))}
    </fieldset>
  );
}

const TypeChoice = ({ type, isChosen }: { type: WebhookType; isChosen: boolean }) => (
  <Check name="types" value={type} isOn={isChosen}>
    <code>{type}</code>
    <span className="hint">{WEBHOOK_TYPE_WORDS[type]}</span>
  </Check>
);

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
