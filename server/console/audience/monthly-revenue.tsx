import type { Billing } from '../../../shared/api';
import { Money, None } from '../components/values';

/** Why a subscription brings in nothing, by its status. */
const REASONS: Partial<Record<string, string>> = {
  canceled: 'The subscription is canceled',
  paused: 'The subscription is paused',
  trialing: 'The trial isn’t billed yet',
};

/** Nothing that is billed is no revenue, be it unknown or zero: the reason is said instead of a number. */
export function MonthlyRevenue({ billing: { mrr, currency, subscription_status } }: { billing: Billing }) {
  const reason = REASONS[subscription_status ?? ''];
  if (mrr !== null && currency && (mrr > 0 || reason === undefined)) return <Money minor={mrr} currency={currency} />;
  return <None words={reason ?? NONE} title={reason ?? NONE} />;
}

const NONE = 'No subscription is known';
