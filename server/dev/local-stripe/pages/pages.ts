/** What people see of the local Stripe: its front page and the install page; and the trigger for scripts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import { CHOICE_TYPES } from '../../../../shared/catalogue';
import type { LifecycleType } from '../../../../shared/lifecycle';
import type { TriggerType } from '../recipes';
import type { StripeEvent, Tenant } from '../tenant';
import { moveTime, type AdvanceOptions } from './advance';
import { homePage, type Filled } from './home-page';
import { createInstallPage, type InstallOptions } from './install-page';
import { html, page } from './html';
import { createInvoicePage } from './invoice-page';
import { createPortalPage } from './portal-page';
import { createTenantOfPage } from './tenant-of-page';

export interface PageOptions extends InstallOptions, AdvanceOptions {
  findTenant(account: string, livemode: boolean): Tenant | undefined;
  trigger(
    type: TriggerType | LifecycleType,
    options: { email?: string; name?: string; account?: string; livemode?: boolean },
  ): Promise<StripeEvent>;
}

export function createPages(options: PageOptions): Router {
  const router = Router();
  const form = express.urlencoded({ extended: false, limit: '100kb' });
  const filled: Filled = {};
  const style = readFileSync(join(__dirname, 'style.css'), 'utf8');

  router.get('/_sandbox/style.css', (_req, res) => void res.type('css').send(style));
  router.get('/', securePage, (req, res) => {
    const sent = typeof req.query.sent === 'string' ? req.query.sent : null;
    const moved = 'moved' in req.query ? options.lastAdvanced() : null;
    res.send(homePage({ accounts: options.accounts(), now: options.now(), sent, filled, moved }));
  });
  router.use(['/oauth/v2/authorize', '/oauth/v2/:channel/authorize'], securePage, form, createInstallPage(options));
  router.post('/_sandbox/trigger', loopbackOnly, express.json(), form, trigger(options, filled));
  router.post('/_sandbox/advance', loopbackOnly, express.json(), form, moveTime(options));
  const forCustomers = { tenantOfPage: createTenantOfPage(options.findTenant), ownForm: [loopbackOnly, form] };
  router.use(['/i', '/p'], securePage);
  router.use(createInvoicePage(forCustomers), createPortalPage(forCustomers));
  router.use(onError);
  return router;
}

/** JSON from the script is answered in JSON, a form by going back to the front page, which keeps what was typed. */
const trigger =
  (options: PageOptions, filled: Filled): RequestHandler =>
  async (req, res) => {
    const { type, email, name, account, livemode } = (req.body ?? {}) as Record<string, unknown>;
    const wanted = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
    if (!CHOICE_TYPES.some((known) => known === type)) {
      res.status(400).json({ error: { code: 'unknown_type', message: `Not an event type: ${String(type)}` } });
      return;
    }
    if (wanted(account) && !options.accounts().some(({ id }) => id === account)) {
      const known = options.accounts().map(({ id }) => id);
      res
        .status(404)
        .json({ error: { code: 'unknown_account', message: `No such account. There are: ${known.join(', ')}` } });
      return;
    }
    const event = await options.trigger(type as Parameters<PageOptions['trigger']>[0], {
      email: wanted(email),
      name: wanted(name),
      account: wanted(account),
      livemode: livemode === true || livemode === 'true',
    });
    if (req.is('json')) res.json(event);
    else {
      Object.assign(filled, { account: wanted(account), email: wanted(email), name: wanted(name) });
      res.redirect(303, `/?sent=${encodeURIComponent(event.type)}`);
    }
  };

/** Only this machine, and no other site's page, may trigger events. */
const loopbackOnly: RequestHandler = (req, res, next) => {
  const isLocal = /^(::1|(::ffff:)?127\.)/.test(req.socket.remoteAddress ?? '');
  const host = req.get('host') ?? '';
  const isOwnHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
  const origin = req.get('origin');
  if (isLocal && isOwnHost && (origin === undefined || origin === `http://${host}`)) next();
  else res.status(403).json({ error: { code: 'forbidden', message: 'Only from this machine.' } });
};

const securePage: RequestHandler = (_req, res, next) => {
  res.set({
    'Content-Security-Policy': "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    'Cache-Control': 'no-store',
    // Not no-referrer: that would make the origin of the page's own form null.
    'Referrer-Policy': 'same-origin',
  });
  next();
};

const onError: ErrorRequestHandler = (error, _req, res, _next) => {
  const message = error instanceof Error ? error.message : String(error);
  res.status(400).send(
    page(
      'Something is wrong',
      html`<h1>Something is wrong</h1>
        <p>${message}</p>`,
    ),
  );
};
