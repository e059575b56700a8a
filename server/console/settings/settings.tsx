/** Settings → Stripe: the connection, the import, and what each event does. */
import { Fragment } from 'react';
import type { ImportProgress } from '../../../shared/api';
import { RECONNECT_WORDS, WHY_UNKNOWN_WORDS } from '../../../shared/words/connection';
import { nameSetting } from '../../../shared/words/fields';
import { namePermission } from '../../../shared/words/permissions';
import { INSTALL_STATUS_WORDS } from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Banner, Card, FactList, LinkButton, PageHead } from '../components/blocks';
import { Time } from '../components/values';
import { KEEP_MS } from '../../installs/remove';
import { Shell } from '../layout';
import { useConnectHref, useViewer } from '../page';
import type { ConfirmedAct } from './confirm-by-name';
import { ConflictBanner } from './conflict';
import { DangerZone } from './danger';
import { SettingsForm, type SettingsFormProps } from './form';
import { Import } from './import';
import { Sending, type SendingProps } from './sending';
import { Sessions, type SessionsProps } from './sessions';

export interface SettingsPageProps {
  connection: ConnectionState;
  progress: ImportProgress | null;
  form: SettingsFormProps;
  sending: SendingProps;
  sessions: SessionsProps;
  /** What was asked for without the account's name or id. */
  unconfirmed: ConfirmedAct | null;
}

interface ConnectionState {
  kind: 'oauth' | 'restricted_key';
  accountEmail: string | null;
  connectedAt: number;
  removedAt: number | null;
  lastEventAt: string | null;
  /** What Stripe last wouldn't let us read of why payments fail. */
  missingPermission: string | null;
}

export function SettingsPage({ connection, progress, form, sending, sessions, unconfirmed }: SettingsPageProps) {
  const { status } = useViewer();
  return (
    <Shell title="Settings" section="settings">
      <ErrorSummary errors={form.errors} />
      {form.conflict && <ConflictBanner {...form.conflict} />}
      <PageHead
        title="Stripe"
        badge={<Badge {...INSTALL_STATUS_WORDS[status]} />}
        lead="What Tillpost may see of this account, and what it does when something happens there."
      />
      <div className="stack">
        {status === 'needs_reconnect' && <Reconnect />}
        {status === 'removed' && <Removed connection={connection} />}
        {status === 'active' && connection.missingPermission !== null && (
          <Banner tone="warn" title={WHY_UNKNOWN_WORDS.title}>
            {WHY_UNKNOWN_WORDS.description(namePermission(connection.missingPermission), connection.kind)}
          </Banner>
        )}
        <ConnectionCard connection={connection} />
        {status !== 'removed' && <Import progress={progress} isUnconfirmed={unconfirmed === 'import'} />}
      </div>
      {status !== 'removed' && <SettingsForm {...form} />}
      {status !== 'removed' && <Sending {...sending} />}
      <DangerZone unconfirmed={unconfirmed} />
      <Sessions {...sessions} />
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
          <a href={`#${fieldOf(path)}`}>{nameSetting(path)}</a>
        </Fragment>
      ))}
      .
    </Banner>
  );
}

/** An address of a list is typed in the list's one field. */
const fieldOf = (path: string): string => path.replace(/\.\d+$/, '');

const Reconnect = () => (
  <Banner
    tone="warn"
    title={RECONNECT_WORDS.title}
    actions={
      <LinkButton href={useConnectHref()} tone="primary">
        Reconnect
      </LinkButton>
    }
  >
    {RECONNECT_WORDS.description}
  </Banner>
);

const Removed = ({ connection }: { connection: ConnectionState }) => (
  <Banner
    tone="bad"
    title="This account is disconnected"
    actions={
      <LinkButton href={useConnectHref()} tone="primary">
        Connect again
      </LinkButton>
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

function ConnectionCard({ connection }: { connection: ConnectionState }) {
  const { tenant, accountName } = useViewer();
  return (
    <Card>
      <FactList
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
