/** What became of failed payments in a chart, from the foot of a bar upwards. */
import { RECOVERY_OUTCOMES, type RecoveryOutcome } from '../../../shared/api';
import { RECOVERY_WORDS } from '../../../shared/words/recovery';
import type { Series } from '../components/day-chart';

const COLOURS: Record<RecoveryOutcome, Series<RecoveryOutcome>['colour']> = {
  recovered_without_mail: 'faint',
  recovered_after_mail: 'good',
  recovered_after_click: 'info',
  open: 'warn',
  lost: 'bad',
};

export const RECOVERY_SERIES = RECOVERY_OUTCOMES.map((key) => ({
  key,
  label: RECOVERY_WORDS[key].label,
  colour: COLOURS[key],
}));
