/** The customer portal's one page: the card is replaced. */
import { Router, type RequestHandler, type Response } from 'express';
import type Stripe from 'stripe';
import { isSessionOpen, replaceCard } from '../resources/billing-portal';
import { chooseCard, readCard } from './cards';
import { html, page } from './html';
import type { TenantOfPage } from './tenant-of-page';

interface PortalPageOptions {
  tenantOfPage: TenantOfPage;
  ownForm: RequestHandler[];
}

export function createPortalPage({ tenantOfPage, ownForm }: PortalPageOptions): Router {
  const router = Router();
  const findSession = (account: string, secret: string) => {
    const tenant = tenantOfPage(account, secret);
    const session = tenant?.portalSessions.list().find(({ url }) => url.endsWith(`/${account}/${secret}`));
    return tenant && session && isSessionOpen(tenant, session) ? { tenant, session } : undefined;
  };

  router.get('/p/session/:account/:secret', (req, res) => {
    const found = findSession(req.params.account, req.params.secret);
    if (found) res.send(portalPage(found.session, tenantName(found.tenant)));
    else expired(res);
  });
  router.post('/p/session/:account/:secret', ...ownForm, (req, res) => {
    const { account, secret } = req.params as { account: string; secret: string };
    const found = findSession(account, secret);
    if (!found) return expired(res);
    replaceCard(found.tenant, found.session, readCard(req.body));
    res.send(replacedPage(found.session));
  });
  return router;
}

const tenantName = ({ account }: { account: { name: string } }) => account.name;

const expired = (res: Response): void =>
  void res.status(404).send(
    page(
      'This link has expired',
      html`<h1>This link has expired</h1>
        <p>A link to the customer portal works for five minutes.</p>`,
    ),
  );

const portalPage = (session: Stripe.BillingPortal.Session, merchant: string): string =>
  page(
    'Replace your card',
    html`
      <form class="card" method="post">
        <h1>${merchant}</h1>
        <p>The card you choose is charged from now on.</p>
        ${chooseCard()}
        <div class="buttons"><button class="main">Replace the card</button></div>
        ${backLink(session)}
      </form>
    `,
  );

const replacedPage = (session: Stripe.BillingPortal.Session): string =>
  page(
    'Your card was replaced',
    html`<h1>Your card was replaced</h1>
      <p class="notice" role="status">The next attempt goes to the new card.</p>
      ${backLink(session)}`,
  );

const backLink = ({ return_url: back }: Stripe.BillingPortal.Session) =>
  back !== null && /^https?:/.test(back) && html`<p><a href="${back}">Back</a></p>`;
