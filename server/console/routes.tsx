/** The console: its pages, its assets, and what it says when something is not there or went wrong. */
import { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Context } from '../context';
import type { ConfirmPages } from '../emails/confirm-routes';
import type { PageSender } from '../emails/page-sender';
import type { UnsubscribePages } from '../emails/unsubscribe-routes';
import { describeError } from '../errors';
import type { InstallPages } from '../installs/routes';
import { readSession, requireSession } from '../installs/session-middleware';
import type { PayPages } from '../recovery/pay-routes';
import { listRoutes } from './audience/list-routes';
import { audienceRoutes } from './audience/routes';
import { ConfirmAddressPage } from './emails/confirm-address';
import { emailRoutes } from './emails/routes';
import { transactionalRoutes } from './emails/transactional-routes';
import { PreferencesPage } from './emails/preferences';
import { eventsRoutes } from './events/routes';
import { ConfirmOpenPage } from './home/confirm-open';
import { askForOutdated, holdForms } from './held-forms';
import { helpRoutes } from './help/routes';
import { overviewRoutes } from './home/overview-routes';
import { homeRoutes, sendKeyForm } from './home/routes';
import { PayPageView } from './recovery/pay';
import { recoveryRoutes } from './recovery/routes';
import { createSectionParts } from './section';
import type { Encoding } from './assets';
import { ASSETS, sendPage, sendProblem } from './send';
import { apiSettingsRoutes } from './settings/api-routes';
import { forwardingRoutes } from './settings/forwarding-routes';
import { brandingRoutes } from './settings/branding-routes';
import { propertiesRoutes } from './settings/properties-routes';
import { settingsRoutes } from './settings/routes';
import { sendingRoutes } from './settings/sending-routes';
import { webhookRoutes } from './settings/webhook-routes';
import { siteStyles } from './site-styles';
import { loadViewer } from './viewer';
import { editorRoutes } from './workflows/editor/routes';
import { flowRoutes } from './workflows/flow-routes';
import { workflowRoutes } from './workflows/routes';

const SECTIONS = [
  '/overview',
  '/settings',
  '/audience',
  '/audience.csv',
  '/events',
  '/workflows',
  '/emails',
  '/recovery',
  '/recovery.csv',
];
/** Read without a session as well. */
const OPEN_SECTIONS = ['/help'];

export function consoleRoutes(ctx: Context): Router {
  const router = Router();
  router.get('/assets/:name', serveAsset);
  const session = readSession(ctx);
  const parts = createSectionParts(ctx);
  router.use(session, homeRoutes(ctx));
  router.use(SECTIONS, holdForms(ctx), requireSession, loadViewer(ctx));
  router.use(OPEN_SECTIONS, loadViewer(ctx));
  router.use(helpRoutes(ctx));
  for (const section of [
    overviewRoutes,
    settingsRoutes,
    sendingRoutes,
    brandingRoutes,
    apiSettingsRoutes,
    propertiesRoutes,
    webhookRoutes,
    forwardingRoutes,
    listRoutes,
    audienceRoutes,
    eventsRoutes,
    workflowRoutes,
    flowRoutes,
    editorRoutes,
    transactionalRoutes,
    emailRoutes,
    recoveryRoutes,
  ])
    router.use(section(ctx, parts));
  router.use((_req, res) => sendProblem(ctx, res, NOT_FOUND, 404));
  router.use(askForOutdated(ctx, SECTIONS));
  return router;
}

/** Pages for routes that belong to other parts. */
export const consolePages = (ctx: Context): InstallPages & UnsubscribePages & ConfirmPages & PayPages => ({
  problem: (res, problem) => sendProblem(ctx, res, problem),
  keyRefused: (res, message) => sendKeyForm(ctx, res, message),
  confirmOpen: (res, { action, accountName }) =>
    sendPage(ctx, res, <ConfirmOpenPage action={action} accountName={accountName} />),
  confirmAddress: (res, page) => sendPage(ctx, res, <ConfirmAddressPage {...page} />),
  preferences: (res, page) => sendPage(ctx, res, <PreferencesPage {...page} />, ofSite(page)),
  pay: (res, page) => sendPage(ctx, res, <PayPageView {...page} />, ofSite(page)),
});

const ofSite = ({ sender }: { sender: PageSender }) => ({ notice: null, styles: siteStyles(sender.look) });

/** The last word on every page that failed. */
export function consoleErrors(ctx: Context): ErrorRequestHandler {
  return async (error, req, res, next) => {
    const { status, body } = describeError(error);
    if (status >= 500) ctx.log.error({ err: error as unknown, method: req.method, path: req.path }, 'request failed');
    if (res.headersSent) return next(error);
    const { message } = body.error;
    if (status === 404) return sendProblem(ctx, res, NOT_FOUND, 404);
    if (status === 403)
      return sendProblem(
        ctx,
        res,
        { title: 'Not allowed', message, next: [{ label: 'Go back to the settings', href: '/settings/stripe' }] },
        403,
      );
    if (status === 429) return sendProblem(ctx, res, { title: 'Too many requests', message, next: [] }, 429);
    if (status < 500) return sendProblem(ctx, res, { title: 'That did not work', message, next: TO_CONSOLE }, status);
    const words = `${message} It was noted. Try again in a moment.`;
    return sendProblem(ctx, res, { title: 'Something went wrong', message: words, next: TO_CONSOLE }, status);
  };
}

const TO_CONSOLE = [{ label: 'Go to the console', href: '/' }];

const NOT_FOUND = {
  title: 'There is no such page',
  message: 'It may have been deleted, or belong to another account or mode.',
  next: TO_CONSOLE,
};

const YEAR_S = 365 * 24 * 60 * 60;

const serveAsset: RequestHandler<{ name: string }> = async (req, res, next) => {
  const asset = ASSETS.files.get(req.params.name);
  if (!asset) return next();
  const encoding = ENCODINGS.find((one) => req.acceptsEncodings(one));
  res.set({
    'Content-Type': asset.type,
    'Cache-Control': `public, max-age=${YEAR_S}, immutable`,
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept-Encoding',
    ...(encoding ? { 'Content-Encoding': encoding } : {}),
  });
  res.send(encoding ? await asset.encoded(encoding) : asset.body);
};

const ENCODINGS: readonly Encoding[] = ['br', 'gzip'];
