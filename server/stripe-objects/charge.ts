import { customerOf } from './customer';
import { fieldsOf, text } from './fields';

/**
 * Whose a charge is, as GET /v1/charges/:id?expand[]=customer returns it: the customer's address, else the one given
 * with the payment, else where the receipt went. The customer may be missing, an id, or deleted.
 */
export function emailsOfCharge(object: unknown): {
  customerId: string | null;
  email: string | null;
  name: string | null;
} {
  const charge = fieldsOf(object);
  const customer = customerOf(charge.customer);
  const billing = fieldsOf(charge.billing_details);
  return {
    customerId: customer.id,
    email: text(customer.email, billing.email, charge.receipt_email),
    name: text(customer.name, billing.name),
  };
}
