/** What the contact sees behind the link in an email. Opening it changes nothing: link scanners open links too. */
import { buttonClass } from '../components/form';
import { Plain } from '../layout';

export interface UnsubscribePageProps {
  email: string;
  senderName: string | null;
  isUnsubscribed: boolean;
}

export function UnsubscribePage({ email, senderName, isUnsubscribed }: UnsubscribePageProps) {
  const sender = senderName ?? 'us';
  return (
    <Plain title={isUnsubscribed ? 'Unsubscribed' : 'Unsubscribe'} hasHomeLink={false}>
      <div className="narrow">
        <h1>{isUnsubscribed ? 'You are unsubscribed' : `Unsubscribe from ${sender}?`}</h1>
        <p className="lead">
          {isUnsubscribed ? (
            <>
              <strong>{email}</strong> gets no more marketing emails from {sender}. Receipts and notices about your
              purchases still arrive.
            </>
          ) : (
            <>
              <strong>{email}</strong> will get no more marketing emails. Receipts and notices about your purchases
              still arrive.
            </>
          )}
        </p>
        <form method="post">
          {isUnsubscribed ? (
            <button className={buttonClass()} name="action" value="resubscribe">
              Subscribe again
            </button>
          ) : (
            <button className={buttonClass('primary')} name="action" value="unsubscribe">
              Unsubscribe
            </button>
          )}
        </form>
      </div>
    </Plain>
  );
}
