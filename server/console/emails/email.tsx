/** One email as it was sent: HTML in a frame of its own, text, headers, and the reason for its status. */
import type { EmailDetail, EmailStatus } from '../../../shared/api';
import { uncapitalize } from '../../../shared/capitalize';
import { explainEmail, explainNoContent, nameEmail } from '../../../shared/words/explanations';
import type { TermKey } from '../../../shared/words/help';
import type { EmailTraces } from '../../../shared/words/email-life';
import { DISCARD_WORDS } from '../../../shared/words/email-reasons';
import { BILLING_CONTACTS_WORDS } from '../../../shared/words/fields';
import { EMAIL_KIND_LABELS, nameEmailState } from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Banner, Card, FactList, PageHead, Section } from '../components/blocks';
import { buttonClass, CancelLink, Confirm, PostForm } from '../components/form';
import { Icon } from '../components/icon';
import { None } from '../components/values';
import { Shell } from '../layout';
import { Clicks } from './clicks';
import { TRANSACTIONAL_PATH } from './transactional';
import { EmailLife } from './life';
import { TryAgain } from './try-again';

export interface EmailPageProps {
  email: EmailDetail;
  traces: EmailTraces;
  /** Of the workflow or the transactional email that it is of. */
  workflowName: string | null;
  canRetry: boolean;
  canSendAgain: boolean;
}

const TERM_OF_STATUS: Record<EmailStatus, TermKey> = {
  queued: 'queued',
  sent: 'delivered',
  captured: 'captured',
  held: 'held',
  failed: 'email_failed',
  suppressed: 'suppressed',
};

export function EmailPage({ email, traces, workflowName, canRetry, canSendAgain }: EmailPageProps) {
  return (
    <Shell title={email.subject || 'Email'} section="emails">
      <PageHead
        title={email.to === '' ? 'Email' : nameEmail(email)}
        badge={<Badge {...nameEmailState(email)} />}
        hint={[TERM_OF_STATUS[email.status], email.kind]}
        back={{ href: '/emails', label: 'Emails' }}
        actions={
          <>
            {canRetry && <TryAgain email={email} action={`/emails/${email.id}/retry`} tone="primary" />}
            {email.status === 'held' && (
              <Confirm
                label="Discard…"
                action={`/emails/${email.id}/discard`}
                words={DISCARD_WORDS.one}
                confirm="Discard email"
              />
            )}
            {canSendAgain && !traces.again && <SendAgain email={email} />}
          </>
        }
      />
      <Why email={email} canRetry={canRetry} />
      {traces.again && (
        <Banner tone="info">
          This email was sent again: <a href={`/emails/${traces.again}`}>the newer one</a>.
        </Banner>
      )}
      {traces.again_of && (
        <p className="hint">
          Sent again by hand, after <a href={`/emails/${traces.again_of}`}>the earlier one</a>.
        </p>
      )}
      <Card>
        <FactList
          facts={[
            [
              'To',
              email.contact ? (
                <a key="to" href={`/audience/${email.contact}`}>
                  {email.to}
                </a>
              ) : (
                email.to || <None key="none" words="a deleted contact" />
              ),
            ],
            [
              'Kind',
              EMAIL_KIND_LABELS[email.kind] +
                (email.billing_copy ? `, ${uncapitalize(BILLING_CONTACTS_WORDS.copy)}` : ''),
            ],
            email.transactional
              ? [
                  'Transactional email',
                  <a key="transactional" href={`${TRANSACTIONAL_PATH}/${email.transactional}`}>
                    {workflowName ?? email.transactional}
                  </a>,
                ]
              : [
                  'Workflow',
                  email.workflow ? (
                    <a key="workflow" href={`/workflows/${email.workflow}`}>
                      {workflowName ?? 'Deleted workflow'}
                    </a>
                  ) : (
                    'Test send'
                  ),
                ],
            [
              'Event',
              email.event ? (
                <a key="event" href={`/events/${encodeURIComponent(email.event)}`}>
                  <code>{email.event}</code>
                </a>
              ) : (
                <None key="none" />
              ),
            ],
          ]}
        />
      </Card>
      <Section title="What became of it">
        <EmailLife email={email} traces={traces} />
      </Section>
      {email.clicks.length > 0 && <Clicks clicks={email.clicks} />}
      {email.html === null ? (
        <p className="hint section">{explainNoContent(email)}</p>
      ) : (
        <>
          <Section
            title="As it looks"
            actions={
              <a className={buttonClass('quiet')} href={`/emails/${email.id}/html`} target="_blank" rel="noreferrer">
                Open by itself <Icon name="external" />
              </a>
            }
          >
            <iframe
              className="mail"
              title="The email’s HTML"
              src={`/emails/${email.id}/html`}
              sandbox="allow-same-origin"
              data-whole=""
            />
          </Section>
          <Section title="As plain text">
            <Card className="card-flush">
              <pre className="mail-text" tabIndex={0} aria-label="Plain text">
                {email.text}
              </pre>
            </Card>
          </Section>
          <Section title="Headers">
            <Card>
              <table className="headers">
                <tbody>
                  {Object.entries(email.headers).map(([name, value]) => (
                    <tr key={name}>
                      <th scope="row">{name}</th>
                      <td>{value}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Card>
          </Section>
        </>
      )}
    </Shell>
  );
}

const SendAgain = ({ email }: { email: EmailDetail }) => (
  <details className="confirm confirm-plain">
    <summary className={buttonClass()}>Send again…</summary>
    <PostForm action={`/emails/${email.id}/again`} className="confirm-body">
      <p>
        A new email of the same step goes to {email.to}, made from what is known now, if it still is so. Nobody who
        unsubscribed or whose address takes no emails gets it.
      </p>
      <div className="actions">
        <button className={buttonClass('primary')}>Send again</button>
        <CancelLink />
      </div>
    </PostForm>
  </details>
);

function Why({ email, canRetry }: Pick<EmailPageProps, 'email' | 'canRetry'>) {
  const words = explainEmail(email);
  if (!words) return null;
  switch (email.status) {
    case 'held':
      return (
        <Banner tone="warn" title="Held back">
          {words.replace(/\.?$/, '.')}{' '}
          {canRetry ? 'Once the cause is mended, try again.' : DISCARD_WORDS.canNotBeRetried}
        </Banner>
      );
    case 'failed':
      return (
        <Banner
          tone="bad"
          title={email.reason === 'unknown_acceptance' ? 'Not known whether it arrived' : 'Not delivered'}
        >
          {words}
        </Banner>
      );
    case 'suppressed':
    case 'captured':
      return <Banner tone="info">{words}</Banner>;
    case 'sent':
      if (email.bounced_at || email.complained_at) return <Banner tone="bad">{words}</Banner>;
      return <p className="hint">{words}</p>;
    case 'queued':
      return <p className="hint">{words}</p>;
  }
}
