/** Invoices whose payment failed as a file for spreadsheets. */
import type { FailedInvoiceView } from '../../../shared/api';
import { csvHead, csvLine } from '../csv';

export const INVOICE_HEAD = csvHead([
  'invoice',
  'customer',
  'email',
  'currency',
  'amount_minor_units',
  'outcome',
  'first_failed_at',
  'attempts',
  'first_mailed_at',
  'clicked_at',
  'recovered_at',
  'recovered_minor_units',
  'lost_at',
  'lost_reason',
  'holdout',
]);

export const invoiceLine = (invoice: FailedInvoiceView): string =>
  csvLine([
    invoice.invoice,
    invoice.customer,
    invoice.email,
    invoice.currency,
    invoice.amount,
    invoice.outcome,
    invoice.first_failed_at,
    invoice.attempts,
    invoice.first_mailed_at,
    invoice.clicked_at,
    invoice.recovered_at,
    invoice.recovered_amount,
    invoice.lost_at,
    invoice.lost_reason,
    invoice.is_holdout,
  ]);
