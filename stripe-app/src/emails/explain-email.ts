import type { EmailView } from '../../../shared/api';

/** What the badge alone doesn't say, or nothing. `reason` is the backend's sentence where it has one. */
export function explainEmail({ status, reason, kind }: Pick<EmailView, 'status' | 'reason' | 'kind'>): string | null {
  if (reason && /\s/.test(reason)) return reason;
  switch (status) {
    case 'captured':
      return 'Kept in the console instead of being sent';
    case 'suppressed':
      return kind === 'marketing' ? 'This contact doesn’t get marketing email' : 'This address no longer takes email';
    case 'held':
      return 'A merge tag has no value; open the email in the console';
    case 'failed':
      return 'The mail server refused it';
    case 'queued':
    case 'sent':
      return null;
  }
}
