import { idOf } from '../collection';
import { nested, text } from '../form';
import { get, listPage, mustFind, type Route } from '../route';

export const invoicePaymentRoutes: Route[] = [
  get('/v1/invoice_payments', 'invoice_read', (call) => {
    const invoice = text(call.params, 'invoice');
    const status = text(call.params, 'status');
    const intent = text(nested(call.params, 'payment'), 'payment_intent');
    return listPage(
      call.tenant.invoicePayments,
      call,
      (payment) =>
        (invoice === undefined || payment.invoice === invoice) &&
        (status === undefined || payment.status === status) &&
        (intent === undefined || idOf(payment.payment.payment_intent ?? '') === intent),
    );
  }),
  get('/v1/invoice_payments/:id', 'invoice_read', ({ tenant, id }) =>
    mustFind(tenant.invoicePayments, 'invoice_payment', id),
  ),
];
