/** What can't be taken back: disconnecting, and deleting all data. */
import { DISCONNECT_WORDS } from '../../../shared/words/connection';
import { Card, Section } from '../components/blocks';
import { Confirm, PostForm, TextField, buttonClass } from '../components/form';
import { useConnectHref, usePage, useViewer } from '../page';

export function DangerZone() {
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
                  <p className="hint">{DISCONNECT_WORDS.describe(tenant.livemode ? 'live mode' : 'test mode')}</p>
                </div>
                <Confirm
                  label="Disconnect…"
                  action="/settings/stripe/disconnect"
                  words={DISCONNECT_WORDS.warning}
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
