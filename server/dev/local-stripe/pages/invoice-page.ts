/** The page on which a customer pays an invoice: where `hosted_invoice_url` leads. */
import { Router, type RequestHandler, type Response } from 'express';
import type Stripe from 'stripe';
import { payInvoice } from '../resources/invoice-payment';
import { isCardError } from '../stripe-error';
import { chooseCard, readCard } from './cards';
import { amountText, dateText, html, page, type Html } from './html';
import type { TenantOfPage } from './tenant-of-page';

interface InvoicePageOptions {
  tenantOfPage: TenantOfPage;
  /** Lets only the page's own form through. */
  ownForm: RequestHandler[];
}

export function createInvoicePage({ tenantOfPage, ownForm }: InvoicePageOptions): Router {
  const router = Router();
  const findInvoice = (account: string, secret: string) => {
    const tenant = tenantOfPage(account, secret);
    const invoice = tenant?.invoices
      .list()
      .find(({ hosted_invoice_url: url }) => url?.includes(`/i/${account}/${secret}?`) ?? false);
    return tenant && invoice ? { tenant, invoice } : undefined;
  };

  router.get('/i/:account/:secret', (req, res) => {
    const found = findInvoice(req.params.account, req.params.secret);
    if (found) res.send(invoicePage(found.invoice));
    else notFound(res);
  });
  router.post('/i/:account/:secret', ...ownForm, (req, res) => {
    const { account, secret } = req.params as { account: string; secret: string };
    const found = findInvoice(account, secret);
    if (!found) return notFound(res);
    try {
      if (found.invoice.status === 'open') payInvoice(found.tenant, found.invoice, { method: readCard(req.body) });
    } catch (error) {
      if (!isCardError(error)) throw error;
      res.status(402).send(invoicePage(found.invoice, (error as Error).message));
      return;
    }
    res.redirect(303, req.originalUrl);
  });
  return router;
}

const notFound = (res: Response): void =>
  void res.status(404).send(
    page(
      'No such invoice',
      html`<h1>No such invoice</h1>
        <p>The local Stripe forgets everything when it is started anew.</p>`,
    ),
  );

const invoicePage = (invoice: Stripe.Invoice, error?: string): string =>
  page(
    `Invoice ${invoice.number ?? ''}`,
    html`
      <form class="card" method="post">
        <h1>${invoice.account_name ?? 'Invoice'}</h1>
        <p>Invoice ${invoice.number ?? invoice.id} for ${invoice.customer_name ?? invoice.customer_email ?? 'you'}</p>
        <p><strong>${amountText(invoice.total, invoice.currency)}</strong></p>
        ${error !== undefined && html`<p class="notice" role="alert">${error}</p>`} ${stateOf(invoice)}
      </form>
    `,
  );

function stateOf(invoice: Stripe.Invoice): Html {
  const paidAt = invoice.status_transitions.paid_at;
  if (invoice.status === 'paid')
    return html`<p class="notice" role="status">
      Paid${paidAt !== null && html` on ${dateText(paidAt)}`}. Thank you.
    </p>`;
  if (invoice.status !== 'open') return html`<p class="notice">This invoice can no longer be paid.</p>`;
  return html`
    ${chooseCard()}
    <div class="buttons">
      <button class="main">Pay ${amountText(invoice.amount_remaining, invoice.currency)}</button>
    </div>
  `;
}
