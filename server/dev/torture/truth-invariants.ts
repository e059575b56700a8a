/** No mail says what the world denies: whoever has paid is not asked to. */
import type { Stage } from './stage';
import type { Tables } from './tables';
import type { Violation } from './violation';

/** A state from an event of the last five minutes is believed, and what is being sent can't be called back. */
const NEWS_MS = 5 * 60_000;
const UNDER_WAY_MS = 60_000;

export function checkTruth({ mail, happenings, workflows }: Stage, { emails, runs }: Tables): Violation[] {
  const dunning = new Set(workflows.filter(({ trigger }) => trigger === 'invoice.payment_failed').map(({ id }) => id));
  const subjects = new Map(runs.map(({ id, subject_id }) => [id, subject_id]));
  return [
    {
      rule: 'nobody is dunned for what was paid by then',
      ids: emails.flatMap(({ id, message_id, run_id, workflow_id }) => {
        const acceptedAt = mail.acceptedAt.get(message_id);
        const paidAt = happenings.paidAt.get(subjects.get(run_id ?? '') ?? '');
        if (!dunning.has(workflow_id ?? '') || acceptedAt === undefined || paidAt === undefined) return [];
        const lateMs = acceptedAt - paidAt;
        return lateMs > NEWS_MS + UNDER_WAY_MS
          ? [`${id} went ${Math.round(lateMs / 60_000)} min after the payment`]
          : [];
      }),
    },
  ];
}
