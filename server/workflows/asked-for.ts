/** What an email says that only Stripe knows at its moment: asked for with the state of its subject, and kept beside it. Pure. */
import type { TriggerType } from '../../shared/catalogue';
import { findStep, type Definition } from '../../shared/workflow';

export interface AskedFor {
  /** The preview of the subscription's next invoice. */
  nextInvoice: boolean;
  /** The card that the subscription is charged to. */
  card: boolean;
}

/** Of one email step. */
export function askedFor({ trigger, steps }: Pick<Definition, 'trigger' | 'steps'>, stepId: string | null): AskedFor {
  const step = findStep({ steps }, stepId ?? '')?.step;
  const isNamed = (name: string) => step?.kind === 'email' && JSON.stringify(step.email).includes(`subject.${name}`);
  return {
    nextInvoice: NEXT_INVOICE.includes(trigger.event) && isNamed('next_'),
    // Whatever the email says: another card than the one that expires is not to be named.
    card: trigger.event === 'schedule.card_expiry',
  };
}

const NEXT_INVOICE: readonly TriggerType[] = ['schedule.trial_end', 'schedule.renewal'];
