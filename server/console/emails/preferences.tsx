/** What a contact sees behind the link in an email: the merchant's page, not ours. Opening it changes nothing. */
import type { ReactNode } from 'react';
import type { Preferences, PreferencesContact, PreferencesList } from '../../emails/unsubscribe-routes';
import { Badge } from '../components/badge';
import { buttonClass } from '../components/form';
import { SitePage } from '../components/site';

export function PreferencesPage({ sender, contact }: Preferences) {
  const from = sender.name ?? 'us';
  const { title, lead } = wordsFor(contact, from);
  return (
    <SitePage
      title={title}
      site="Email preferences"
      sender={sender}
      mark={
        typeof contact === 'object' && (contact?.chosen ?? contact?.changedList)
          ? { icon: 'check', tone: 'good' }
          : null
      }
    >
      <h1>{title}</h1>
      <p className="lead">{lead}</p>
      {typeof contact === 'object' && contact !== null && <Choice contact={contact} from={from} />}
    </SitePage>
  );
}

function wordsFor(contact: Preferences['contact'], from: string): { title: string; lead: ReactNode } {
  if (contact === 'test')
    return {
      title: 'This was a test email',
      lead: 'In emails to your contacts, this link leads to the page where they choose what they get.',
    };
  if (contact === null)
    return {
      title: 'There is nothing to unsubscribe from',
      lead: 'Your address isn’t on the list this email was for. If you still get email, use the link in a newer one.',
    };
  const { email, isSubscribed, isSuppressed, chosen, changedList } = contact;
  const address = <strong>{email}</strong>;
  if (changedList)
    return {
      title: changedList.isMember ? `You get ${changedList.name} now.` : `You won’t get ${changedList.name} any more.`,
      lead: <>This is kept for {address}.</>,
    };
  if (chosen === 'unsubscribed' && !isSubscribed)
    return {
      title: `You won’t get marketing email from ${from} any more.`,
      lead: <>{address} is unsubscribed. An email that is on its way already may still arrive.</>,
    };
  if (chosen === 'subscribed' && isSubscribed)
    return {
      title: 'You are subscribed again.',
      lead: isSuppressed ? (
        <>This is kept for {address}.</>
      ) : (
        <>
          Marketing email from {from} goes to {address} again.
        </>
      ),
    };
  return {
    title: 'Your email preferences',
    lead: (
      <>
        What {from} sends to {address}.
      </>
    ),
  };
}

/** A row for each kind of email. */
const Choice = ({
  contact: { isSubscribed, isSuppressed, lists },
  from,
}: {
  contact: PreferencesContact;
  from: string;
}) => (
  <>
    {isSuppressed && (
      <p className="site-note">
        Email to this address came back, so nothing is sent to it for now, whatever you choose here. If it works again,
        tell {from}.
      </p>
    )}
    <ul className="preferences-list">
      <li>
        <div>
          <h2>
            Marketing email <Badge tone={isSubscribed ? 'good' : 'plain'} label={isSubscribed ? 'On' : 'Off'} />
          </h2>
          <p className="hint">News, tips and offers.</p>
        </div>
        <form method="post">
          {isSubscribed ? (
            <button className={buttonClass('primary')} name="action" value="unsubscribe">
              Unsubscribe
            </button>
          ) : (
            <button className={buttonClass()} name="action" value="resubscribe">
              Subscribe again
            </button>
          )}
        </form>
      </li>
      {lists.map((list) => (
        <ListChoice key={list.id} list={list} isSubscribed={isSubscribed} />
      ))}
      <li>
        <div>
          <h2>Receipts and notices</h2>
          <p className="hint">
            Email about what you bought, such as a receipt or a payment that failed, is not marketing and arrives either
            way.
          </p>
        </div>
      </li>
    </ul>
  </>
);

/** Of who gets no marketing email at all there is nothing to choose. */
const ListChoice = ({ list, isSubscribed }: { list: PreferencesList; isSubscribed: boolean }) => {
  const isOn = isSubscribed && list.isMember;
  return (
    <li>
      <div>
        <h2>
          {list.name} <Badge tone={isOn ? 'good' : 'plain'} label={isOn ? 'On' : 'Off'} />
        </h2>
        {list.description && <p className="hint">{list.description}</p>}
        {!isSubscribed && list.isMember && <p className="hint">Comes again once you subscribe to marketing email.</p>}
      </div>
      {isSubscribed && (
        <form method="post">
          <input type="hidden" name="list" value={list.id} />
          <button className={buttonClass()} name="action" value={list.isMember ? 'leave' : 'join'}>
            {list.isMember ? 'Leave' : 'Join'}
            <span className="sr-only"> {list.name}</span>
          </button>
        </form>
      )}
    </li>
  );
};
