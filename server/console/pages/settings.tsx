/** Settings → Stripe: the connection, the import, and what each event does. */
import { Fragment } from 'react';
import type { ImportProgress } from '../../../shared/api';
import { Banner, Card, Facts, PageHead, Section } from '../components/blocks';
import { InstallBadge } from '../components/badge';
import { ButtonForm, Confirm, PostForm, TextField, buttonClass } from '../components/form';
import { Time, Count } from '../components/values';
import { KEEP_MS } from '../../sync/disconnect';
import { Shell } from '../layout';
import { modeOf, usePage, useViewer } from '../page';
import { SettingsForm, type SettingsFormProps } from './settings-form';

export interface SettingsProps {
  connection: Connection;
  progress: ImportProgress | null;
  form: SettingsFormProps;
}

export interface Connection {
  kind: 'oauth' | 'restricted_key';
  accountEmail: string | null;
  connectedAt: number;
  removedAt: number | null;
  lastEventAt: string | null;
}

export function Settings({ connection, progress, form }: SettingsProps) {
  const { status } = useViewer();
  return (
    <Shell title="Settings" section="settings">
      <ErrorSummary errors={form.errors} />
      <PageHead
        title="Stripe"
        badge={<InstallBadge status={status} />}
        lead="What Tillpost may see of this account, and what it does when something happens there."
      />
      <div className="stack">
        {status === 'needs_reconnect' && <Reconnect />}
        {status === 'removed' && <Removed connection={connection} />}
        <ConnectionCard connection={connection} />
        {status !== 'removed' && <Import progress={progress} />}
      </div>
      {status !== 'removed' && <SettingsForm {...form} />}
      <DangerZone />
      <Section title="Your session">
        <Card>
          <div className="danger-row">
            <div>
              <p>You stay signed in on this device for 30 days after your last visit.</p>
            </div>
            <div className="actions">
              <ButtonForm action="/session/sign-out" label="Sign out" />
              <ButtonForm action="/session/sign-out-everywhere" label="Sign out everywhere" />
            </div>
          </div>
        </Card>
      </Section>
    </Shell>
  );
}

function ErrorSummary({ errors }: Pick<SettingsFormProps, 'errors'>) {
  const paths = Object.keys(errors);
  if (paths.length === 0) return null;
  return (
    <Banner tone="bad" title="Nothing was saved">
      {paths.length === 1 ? 'One field needs another look: ' : 'Some fields need another look: '}
      {paths.map((path, index) => (
        <Fragment key={path}>
          {index > 0 && ', '}
          <a href={`#${fieldOf(path)}`}>
            {fieldOf(path)
              .replace(/^sender\./, '')
              .replaceAll('_', ' ')}
          </a>
        </Fragment>
      ))}
      .
    </Banner>
  );
}

/** An address of a list is typed in the list's one field. */
const fieldOf = (path: string): string => path.replace(/\.\d+$/, '');

function useConnectHref(): string {
  const { tenant, connectHrefs } = useViewer();
  return connectHrefs[modeOf(tenant)];
}

const Reconnect = () => (
  <Banner
    tone="warn"
    title="Stripe no longer accepts our access"
    actions={
      <a className={buttonClass('primary')} href={useConnectHref()}>
        Reconnect
      </a>
    }
  >
    Events are still received. Those that need a look at Stripe wait until you reconnect; nothing is lost.
  </Banner>
);

const Removed = ({ connection }: { connection: Connection }) => (
  <Banner
    tone="bad"
    title="This account is disconnected"
    actions={
      <a className={buttonClass('primary')} href={useConnectHref()}>
        Connect again
      </a>
    }
  >
    Nothing is received or sent.{' '}
    {connection.removedAt !== null && (
      <>
        The data is kept until <Time at={connection.removedAt + KEEP_MS} as="date" />, then deleted. You can delete it
        now, below.
      </>
    )}
  </Banner>
);

function ConnectionCard({ connection }: { connection: Connection }) {
  const { tenant, accountName } = useViewer();
  return (
    <Card>
      <Facts
        facts={[
          ['Account', accountName ?? tenant.accountId],
          ['Account id', <code key="id">{tenant.accountId}</code>],
          ['Mode', tenant.livemode ? 'Live' : 'Test'],
          ['Connected', <Time key="at" at={connection.connectedAt} as="date" />],
          ['Through', connection.kind === 'oauth' ? 'Stripe App' : 'Restricted key'],
          ['Last event', connection.lastEventAt ? <Time key="last" at={connection.lastEventAt} /> : 'None yet'],
        ]}
      />
    </Card>
  );
}

/** Refreshes itself while it runs. */
function Import({ progress }: { progress: ImportProgress | null }) {
  const { isLimited, status } = useViewer();
  const isRunning = progress?.status === 'running';
  const live = isRunning
    ? {
        'hx-get': '/settings/stripe',
        'hx-trigger': 'every 1s',
        'hx-select': '#import',
        'hx-swap': 'outerHTML',
        'hx-target': 'this',
      }
    : {};
  return (
    <div className="card" id="import" {...live} aria-live="polite">
      <div className="progress-words">
        <h2>Import</h2>
        <span className="hint">
          <ImportWords progress={progress} />
        </span>
      </div>
      {progress && progress.status !== 'done' && (
        <progress
          aria-label="Import"
          max={progress.total ?? undefined}
          value={progress.total === null ? undefined : progress.done}
        />
      )}
      {!isRunning && status === 'active' && (
        <div className="danger-row">
          <div>
            <p className="hint">
              Brings in the customers you already have, with their subscriptions. No workflow starts, no email is sent,
              and choices of existing contacts stay as they are.
            </p>
          </div>
          {isLimited ? (
            <p className="hint">To import, sign in with Connect to Stripe.</p>
          ) : (
            <ButtonForm action="/settings/stripe/import" label={progress ? 'Import again' : 'Import customers'} />
          )}
        </div>
      )}
    </div>
  );
}

function ImportWords({ progress }: { progress: ImportProgress | null }) {
  if (!progress) return <>Not started</>;
  const count = (
    <>
      <Count value={progress.done} />
      {progress.total !== null && progress.status !== 'done' && (
        <>
          {' '}
          of <Count value={progress.total} />
        </>
      )}{' '}
      customers
    </>
  );
  switch (progress.status) {
    case 'running':
      return <>Importing: {count}</>;
    case 'paused':
      return <>Paused at {count}. It goes on when you reconnect.</>;
    case 'failed':
      return <>Stopped at {count}. Start it again to go on.</>;
    case 'done':
      return <>Done: {count}</>;
  }
}

function DangerZone() {
  const { isLimited, tenant, status } = useViewer();
  const { notice } = usePage();
  const connectHref = useConnectHref();
  return (
    <Section title="Disconnect and delete">
      <Card className="danger-zone">
        {isLimited ? (
          <p>
            You came here from the Stripe Dashboard. To disconnect or delete data,{' '}
            <a href={connectHref}>sign in with Connect to Stripe</a>.
          </p>
        ) : (
          <>
            {status !== 'removed' && (
              <div className="danger-row">
                <div>
                  <h3>Disconnect</h3>
                  <p className="hint">
                    Gives up access to Stripe and stops every workflow. Your data stays for 30 days.
                  </p>
                </div>
                <Confirm
                  label="Disconnect…"
                  action="/settings/stripe/disconnect"
                  words="Events are no longer received and all runs end now. Workflows and contacts stay until the data is deleted, 30 days from now."
                  confirm="Disconnect"
                />
              </div>
            )}
            <div className="danger-row">
              <div>
                <h3>Delete all data</h3>
                <p className="hint">
                  Disconnects, and deletes every contact, event, workflow and email of this account in this mode. This
                  can’t be undone.
                </p>
              </div>
              <details className="confirm" open={notice?.tone === 'bad' || undefined}>
                <summary className={buttonClass('danger')}>Delete all data…</summary>
                <PostForm action="/settings/stripe/erase" className="confirm-body">
                  <TextField
                    id="confirm-account"
                    name="account_id"
                    autoComplete="off"
                    required
                    label={
                      <>
                        To confirm, type the account id <code>{tenant.accountId}</code>
                      </>
                    }
                  />
                  <button className={buttonClass('danger')}>Delete everything</button>
                </PostForm>
              </details>
            </div>
          </>
        )}
      </Card>
    </Section>
  );
}
