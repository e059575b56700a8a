/** Settings → Stripe: the connection, what each event does, the import, and the end. */
import type { ImportProgress } from '../../../shared/api';
import { RECONNECT_WORDS, WHY_UNKNOWN_WORDS } from '../../../shared/words/connection';
import { namePermission } from '../../../shared/words/permissions';
import { INSTALL_STATUS_WORDS } from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Banner, Card, FactList, LinkButton } from '../components/blocks';
import { ButtonForm } from '../components/form';
import { Time } from '../components/values';
import { OPEN_CHECKLIST_PATH } from '../home/checklist';
import { KEEP_MS } from '../../installs/remove';
import { useConnectHref, useViewer } from '../page';
import type { ConfirmedAct } from './confirm-by-name';
import { ContactChoices } from './contact-choices';
import { DangerZone } from './danger';
import { EventChoices } from './event-choices';
import { SettingsAlert, SettingsForm, type SettingsFormProps } from './form';
import { Import } from './import';
import { SettingsShell } from './sections';

export const STRIPE_PATH = '/settings/stripe';

export interface StripePageProps {
  connection: ConnectionState;
  progress: ImportProgress | null;
  form: SettingsFormProps;
  userGroups: readonly string[];
  /** What was asked for without the account's name or id. */
  unconfirmed: ConfirmedAct | null;
  isChecklistHidden: boolean;
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

export function StripePage({
  connection,
  progress,
  form,
  userGroups,
  unconfirmed,
  isChecklistHidden,
}: StripePageProps) {
  const { status } = useViewer();
  return (
    <SettingsShell
      page="stripe"
      badge={<Badge {...INSTALL_STATUS_WORDS[status]} />}
      lead="What Tillpost may see in Stripe, and what it does when something happens."
      alert={<SettingsAlert {...form} action={STRIPE_PATH} />}
    >
      <div className="stack">
        {status === 'needs_reconnect' && <Reconnect />}
        {status === 'removed' && <Removed connection={connection} />}
        {status === 'active' && connection.missingPermission !== null && (
          <Banner tone="warn" title={WHY_UNKNOWN_WORDS.title}>
            {WHY_UNKNOWN_WORDS.description(namePermission(connection.missingPermission), connection.kind)}
          </Banner>
        )}
        <ConnectionCard connection={connection} />
      </div>
      {status !== 'removed' && (
        <SettingsForm {...form} action={STRIPE_PATH}>
          <EventChoices {...form} userGroups={userGroups} />
          <ContactChoices {...form} />
        </SettingsForm>
      )}
      {status !== 'removed' && <Import progress={progress} isUnconfirmed={unconfirmed === 'import'} />}
      {isChecklistHidden && (
        <ButtonForm action={OPEN_CHECKLIST_PATH} label="Show the setup checklist again" tone="quiet" />
      )}
      <DangerZone unconfirmed={unconfirmed} />
    </SettingsShell>
  );
}

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
    <Card className="connection">
      <FactList
        facts={[
          [
            'Account',
            <span key="account">
              {accountName} <code>{tenant.accountId}</code>
            </span>,
          ],
          ['Connected', <Time key="at" at={connection.connectedAt} as="date" />],
          ['Through', connection.kind === 'oauth' ? 'Stripe App' : 'Restricted key'],
          ['Last event', connection.lastEventAt ? <Time key="last" at={connection.lastEventAt} /> : 'None yet'],
        ]}
      />
    </Card>
  );
}
