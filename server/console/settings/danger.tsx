/** What can't be taken back: disconnecting, and deleting all data. */
import { DISCONNECT_WORDS } from '../../../shared/words/connection';
import { Card, Section } from '../components/blocks';
import { useConnectHref, useViewer } from '../page';
import { ConfirmByName, type ConfirmedAct } from './confirm-by-name';

/** `unconfirmed` was asked for without the account's name or id. */
export function DangerZone({ unconfirmed }: { unconfirmed: ConfirmedAct | null }) {
  const { isLimited, tenant, status } = useViewer();
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
                  <p className="hint">{DISCONNECT_WORDS.describe(tenant.livemode ? 'live mode' : 'test mode')}</p>
                </div>
                <ConfirmByName
                  act="disconnect"
                  isRefused={unconfirmed === 'disconnect'}
                  label="Disconnect…"
                  confirm="Disconnect"
                >
                  <p>{DISCONNECT_WORDS.warning}</p>
                </ConfirmByName>
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
              <ConfirmByName
                act="erase"
                isRefused={unconfirmed === 'erase'}
                label="Delete all data…"
                confirm="Delete everything"
              />
            </div>
          </>
        )}
      </Card>
    </Section>
  );
}
