import { CATALOGUE, isEventType } from '../../../shared/catalogue';

/** "Payment failed" for invoice.payment_failed; types that Tillpost doesn't support go by their own name. */
export const nameEvent = (type: string): string => (isEventType(type) ? CATALOGUE[type].label : type);
