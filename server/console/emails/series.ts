/** Emails in a chart, from the foot of a bar upwards. */
import type { EmailStatus } from '../../../shared/api';
import { EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import type { Series } from '../components/day-chart';

const COLOURS = [
  ['sent', 'good'],
  ['captured', 'info'],
  ['queued', 'faint'],
  ['suppressed', 'plain'],
  ['held', 'warn'],
  ['failed', 'bad'],
] as const;

export const EMAIL_SERIES: readonly Series<EmailStatus>[] = COLOURS.map(([key, colour]) => ({
  key,
  colour,
  label: EMAIL_STATUS_WORDS[key].label,
}));
