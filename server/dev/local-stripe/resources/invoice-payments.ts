import { text } from '../form';
import { get, listPage, mustFind, type Route } from '../route';

export const invoicePaymentRoutes: Route[] = [
  get('/v1/invoice_payments', 'invoice_read', (call) => {
    const invoice = text(call.params, 'invoice');
    const status = text(call.params, 'status');
    return listPage(
      call.tenant.invoicePayments,
      call,
      (payment) =>
        (invoice === undefined || payment.invoice === invoice) && (status === undefined || payment.status === status),
    );
  }),
  get('/v1/invoice_payments/:id', 'invoice_read', ({ tenant, id }) =>
    mustFind(tenant.invoicePayments, 'invoice_payment', id),
  ),
];
