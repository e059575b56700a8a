import { CATALOGUE, HOUSEKEEPING_TYPES, type HousekeepingType, isEventType } from '../../../shared/catalogue';

const HOUSEKEEPING: Record<HousekeepingType, string> = {
  'account.application.authorized': 'App installed',
  'account.application.deauthorized': 'App uninstalled',
  'customer.subscription.updated': 'Subscription updated',
};
const isHousekeepingType = (type: string): type is HousekeepingType =>
  (HOUSEKEEPING_TYPES as readonly string[]).includes(type);

/** "Payment failed" for invoice.payment_failed; types that Tillpost doesn't support go by their own name. */
export function nameEvent(type: string): string {
  if (isEventType(type)) return CATALOGUE[type].label;
  return isHousekeepingType(type) ? HOUSEKEEPING[type] : type;
}
