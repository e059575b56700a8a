/** One more try of an email that was held or failed; of one that may have arrived only after asking. */
import type { EmailView } from '../../../shared/api';
import { ButtonForm, Confirm } from '../components/form';

export function TryAgain({
  email: { to, reason },
  action,
  tone = 'plain',
}: {
  email: Pick<EmailView, 'to' | 'reason'>;
  action: string;
  tone?: 'primary' | 'plain';
}) {
  const whose = `the email to ${to || 'a deleted contact'}`;
  if (reason !== 'unknown_acceptance')
    return <ButtonForm action={action} label="Try again" tone={tone} describe={`Try again: ${whose}`} />;
  return (
    <Confirm
      label={
        <>
          Try again…<span className="sr-only"> {whose}</span>
        </>
      }
      action={action}
      words="It may have arrived: the connection ended before the mail server replied. Sent again, it may be a second copy."
      confirm="Send it again"
      tone="plain"
    />
  );
}
