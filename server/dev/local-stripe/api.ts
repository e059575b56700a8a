/** Stripe's API over HTTP: faults, keys, parameters, the call itself, and its answer or error. */
import express, { Router, type ErrorRequestHandler, type RequestHandler, type Response } from 'express';
import { apiKeyOf, authenticate, demand, type Caller, type Keyring } from './auth';
import type { Endpoints } from './endpoints';
import { expand } from './expand';
import type { Faults } from './faults';
import { parseForm, textList, text, type Params } from './form';
import type { Random } from './random';
import type { RequestLog } from './request-log';
import { accountRoutes } from './resources/accounts';
import { billingPortalRoutes } from './resources/billing-portal';
import { catalogRoutes } from './resources/catalog';
import { checkoutRoutes } from './resources/checkout';
import { customerRoutes } from './resources/customers';
import { disputeRoutes } from './resources/disputes';
import { eventRoutes } from './resources/events';
import { invoicePaymentRoutes } from './resources/invoice-payments';
import { invoiceRoutes } from './resources/invoices';
import { paymentMethodRoutes } from './resources/payment-methods';
import { paymentRoutes } from './resources/payments';
import { refundRoutes } from './resources/refunds';
import { quoteRoutes } from './resources/quotes';
import { subscriptionRoutes } from './resources/subscriptions';
import { webhookEndpointRoutes } from './resources/webhook-endpoints';
import type { Route } from './route';
import { StripeApiError, unrecognizedUrl } from './stripe-error';

interface ApiOptions {
  keyring: Keyring;
  endpoints: Endpoints;
  faults: Faults;
  requests: RequestLog;
  random: Random;
  log(message: string): void;
}

export function createApi({ keyring, endpoints, faults, requests, random, log }: ApiOptions): Router {
  const routes: Route[] = [
    ...accountRoutes,
    ...customerRoutes,
    ...catalogRoutes,
    ...subscriptionRoutes,
    ...invoiceRoutes,
    ...invoicePaymentRoutes,
    ...quoteRoutes,
    ...paymentRoutes,
    ...paymentMethodRoutes,
    ...billingPortalRoutes,
    ...refundRoutes,
    ...disputeRoutes,
    ...checkoutRoutes,
    ...eventRoutes,
    ...webhookEndpointRoutes(endpoints),
  ];

  const readRequest: RequestHandler = (req, res, next) => {
    res.set('Request-Id', random.newId('req'));
    const [path = '', query = ''] = req.originalUrl.split('?');
    const body = typeof req.body === 'string' ? req.body : '';
    const params = parseForm([query, body].filter(Boolean).join('&'));
    res.locals.params = params;
    const entry = requests.add(req.method, path, {
      grantType: text(params, 'grant_type') ?? null,
      idempotencyKey: req.get('idempotency-key') ?? null,
    });
    res.on('finish', () => (entry.status = res.statusCode));
    next();
  };

  const token: RequestHandler = (req, res) => {
    const answer = () => {
      const { status, body } = keyring.oauth.token(apiKeyOf(req), paramsOf(res));
      res.status(status).json(body);
    };
    const fault = faults.take('/v1/oauth/token', undefined);
    if (fault) faults.play(fault, res, answer);
    else answer();
  };

  const authenticated: RequestHandler = (req, res, next) => {
    const caller = authenticate(keyring, req);
    res.locals.caller = caller;
    const fault = faults.take(req.baseUrl + req.path, caller.tenant.account.id);
    if (fault) faults.play(fault, res, next);
    else next();
  };

  const handle =
    ({ permission, handle: run }: Route): RequestHandler =>
    (req, res) => {
      const caller = res.locals.caller as Caller;
      if (permission) demand(caller, permission);
      const params = paramsOf(res);
      const answer = run({ tenant: caller.tenant, params, id: String(req.params.id ?? ''), path: req.path });
      res.json(expand(caller, answer, textList(params, 'expand')));
    };

  const onError: ErrorRequestHandler = (error, req, res, _next) => {
    if (error instanceof StripeApiError) {
      res.status(error.status).set(error.headers).json({ error: error.body });
      return;
    }
    log(`${req.method} ${req.path} failed: ${error instanceof Error ? error.stack : String(error)}`);
    res.status(500).json({ error: { type: 'api_error', message: 'The local Stripe failed; its log says why.' } });
  };

  const router = Router();
  router.use('/v1', express.text({ type: 'application/x-www-form-urlencoded', limit: '1mb' }), readRequest);
  router.post('/v1/oauth/token', token);
  router.use('/v1', authenticated);
  for (const route of routes) router[methodOf(route)](route.path, handle(route));
  router.use((req) => {
    throw unrecognizedUrl(req.method, req.path);
  });
  router.use(onError);
  return router;
}

const paramsOf = (res: Response) => res.locals.params as Params;

const methodOf = ({ method }: Route) => method.toLowerCase() as 'get' | 'post' | 'delete';
