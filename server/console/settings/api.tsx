/** Settings → API: the keys of other programs. */
import { API_KEY_NAME_LENGTH, API_SCOPES, type ApiScope } from '../../../shared/api-keys';
import type { ApiKey } from '../../installs/api-keys';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, LinkButton, Section } from '../components/blocks';
import { Confirm, PostForm, SelectField, TextField, buttonClass } from '../components/form';
import { Table, type Column } from '../components/table';
import { None, Time } from '../components/values';
import { useViewer } from '../page';
import { SettingsShell } from './sections';

export const API_PATH = '/settings/api';
export const REFERENCE_PATH = '/api/docs';

export interface ApiPageProps {
  keys: readonly ApiKey[];
  /** Where requests go. */
  address: string;
  /** The one just made: it is shown this once. */
  newKey?: string | undefined;
  /** What was typed and refused, and why. */
  refused?: { name: string; scope: string; words: string } | undefined;
}

export function ApiPage({ keys, address, newKey, refused }: ApiPageProps) {
  const { isLimited } = useViewer();
  return (
    <SettingsShell
      page="api"
      lead="Your own programs keep contacts, log events and send transactional emails with a key. Loops’ client libraries work with another base address."
      actions={<LinkButton href={REFERENCE_PATH}>Reference</LinkButton>}
    >
      {newKey && <NewKey newKey={newKey} />}
      <Card>
        <p className="hint">Base address</p>
        <p>
          <code>{address}</code>
        </p>
        <p className="hint snippet-label">With Loops’ client for JavaScript</p>
        <pre className="snippet" tabIndex={0} aria-label="With Loops’ client for JavaScript">
          {`const loops = new LoopsClient(TILLPOST_API_KEY);\nloops.apiRoot = '${address}/';`}
        </pre>
      </Card>
      <Section title="Keys" lead="Each opens this account in this mode alone. Revoke one and it is refused at once.">
        {keys.length === 0 ? (
          <Empty icon="bolt" title="No keys yet">
            {isLimited ? 'Sign in with Connect to Stripe to make one.' : 'Make one for each program that asks.'}
          </Empty>
        ) : (
          <Table caption="Keys" columns={columnsFor(isLimited)} rows={keys} />
        )}
      </Section>
      {isLimited ? (
        <p className="hint section">Sign in with Connect to Stripe to make and revoke keys.</p>
      ) : (
        <NewKeyForm refused={refused} />
      )}
    </SettingsShell>
  );
}

const NewKey = ({ newKey }: { newKey: string }) => (
  <Banner
    tone="good"
    title="Copy this key now"
    actions={
      <button type="button" className={buttonClass()} data-copy="new-key" hidden>
        Copy
      </button>
    }
  >
    It is shown this once. Keep it where you keep passwords.
    <code id="new-key" className="new-key">
      {newKey}
    </code>
  </Banner>
);

const NewKeyForm = ({ refused }: Pick<ApiPageProps, 'refused'>) => (
  <Section title="New key">
    <Card>
      <PostForm action={`${API_PATH}/keys`} className="stack">
        <TextField
          id="name"
          name="name"
          label="Name"
          hint="Which program it is for."
          defaultValue={refused?.name ?? ''}
          error={refused?.words}
          maxLength={API_KEY_NAME_LENGTH}
          autoComplete="off"
          required
        />
        <SelectField
          id="scope"
          name="scope"
          label="It may"
          defaultValue={refused?.scope ?? 'write'}
          options={API_SCOPES.map((value) => ({ value, label: SCOPE_LABELS[value] }))}
        />
        <div>
          <button className={buttonClass('primary')}>Create key</button>
        </div>
      </PostForm>
    </Card>
  </Section>
);

const SCOPE_LABELS: Record<ApiScope, string> = { read: 'Read', write: 'Read and write' };

const columnsFor = (isLimited: boolean): Column<ApiKey>[] => [
  { label: 'Name', kind: 'main', cell: ({ name }) => <span className="strong">{name}</span> },
  { label: 'Key', cell: ({ hint }) => <code>{hint}…</code> },
  {
    label: 'Access',
    cell: ({ scope }) => <Badge tone={scope === 'write' ? 'info' : 'plain'} label={SCOPE_LABELS[scope]} />,
  },
  { label: 'Created', isMinor: true, cell: ({ created_at }) => <Time at={created_at} as="date" /> },
  {
    label: 'Last used',
    cell: ({ last_used_at }) => (last_used_at === null ? <None words="never" /> : <Time at={last_used_at} />),
  },
  ...(isLimited
    ? []
    : [
        {
          label: 'Revoke',
          kind: 'act' as const,
          cell: ({ id, name }: ApiKey) => (
            <Confirm
              label="Revoke…"
              action={`${API_PATH}/keys/${id}/revoke`}
              confirm="Revoke key"
              words={`What uses ${name} is refused from now on.`}
            />
          ),
        },
      ]),
];
