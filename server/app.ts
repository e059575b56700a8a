/** The Express app: routes in order, error handlers last. The webhook receiver comes before it (see createHandler). */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import { openapiRoutes } from './api/openapi-routes';
import { apiRoutes } from './api/routes';
import { isUrlEncoded } from './clean-text';
import { bounceRoutes } from './bounces/routes';
import { consoleErrors, consolePages, consoleRoutes } from './console/routes';
import type { Context } from './context';
import { isMigrated } from './db/migrate';
import { clickRoutes } from './emails/click-routes';
import { confirmRoutes } from './emails/confirm-routes';
import { unsubscribeRoutes } from './emails/unsubscribe-routes';
import { AppError, errorHandler } from './errors';
import { extensionRoutes } from './extension/routes';
import { installRoutes } from './installs/routes';
import { mcpRoutes } from './mcp/routes';
import { scrape } from './metrics';
import { isEqual } from './vault';
import { logoRoutes } from './settings/logo-routes';
import { payRoutes } from './recovery/pay-routes';
import { createReceiver } from './webhooks/receiver';

/** Loops' clients put `v1/…` in the place of what follows the last slash of their base address: its four spellings all serve. */
const API_PATHS = ['/api/v1/v1', '/v1', '/api/v1'];

function createApp(ctx: Context): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  app.get('/readyz', async (_req, res) => {
    const isReady = await isMigrated(ctx.db).catch((error: unknown) => {
      ctx.log.warn({ err: error }, 'not ready');
      return false;
    });
    res.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not ready' });
  });
  app.get('/metrics', requireMetricsToken(ctx), async (_req, res) => {
    res.type(ctx.metrics.registry.contentType).send(await scrape(ctx));
  });
  app.use('/api/app', extensionRoutes(ctx), errorHandler(ctx.log));
  app.use(API_PATHS, apiRoutes(ctx));
  app.use(openapiRoutes(ctx));
  app.use(mcpRoutes(ctx));
  app.use(refuseBrokenPath);
  app.use(bounceRoutes(ctx));
  const pages = consolePages(ctx);
  app.use(logoRoutes(ctx));
  app.use(clickRoutes(ctx, pages));
  app.use(unsubscribeRoutes(ctx, pages));
  app.use(payRoutes(ctx, pages));
  app.use(confirmRoutes(ctx, pages));
  app.use(installRoutes(ctx, pages));
  app.use(consoleRoutes(ctx));
  app.use(consoleErrors(ctx));
  return app;
}

function requireMetricsToken({ secrets: { metricsToken } }: Context): RequestHandler {
  return (req, res, next) => {
    if (metricsToken === null || isEqual(`Bearer ${metricsToken}`, req.get('authorization') ?? '')) return next();
    res.status(401).set('WWW-Authenticate', 'Bearer').type('text').send('METRICS_TOKEN is wanted as a bearer token.\n');
  };
}

/** A path that can't be decoded is a 404, as any malformed id; Express itself would say 400. */
const refuseBrokenPath: RequestHandler = (req, _res, next) => {
  next(isUrlEncoded(req.path) ? undefined : new AppError('not_found', 'There is no such page.'));
};

/** What the http server calls: webhooks go to the receiver, all else to Express. */
export function createHandler(ctx: Context): RequestListener {
  const receive = createReceiver(ctx);
  const app = createApp(ctx);
  return (req: IncomingMessage, res: ServerResponse) => {
    if (!receive(req, res)) app(req, res);
  };
}
