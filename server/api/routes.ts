/** The API of other programs, /api/v1: each request by its endpoint's schemas, errors in the shape of its route. */
import express, { Router, type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import { parseCleanJson } from '../clean-text';
import type { Context } from '../context';
import { AppError, describeError, invalid } from '../errors';
import { groupBy } from '../group-by';
import type { Logger } from '../log';
import { TRANSACTIONAL_PATH } from './email-endpoints';
import type { Endpoint } from './endpoint';
import { ENDPOINTS, type Asked, type EndpointName } from './endpoints';
import type { Handler } from './handler';
import { HANDLERS } from './handlers';
import { requireKey, tenantOn } from './key-middleware';

const BODY_LIMIT = '256kb';

export function apiRoutes(ctx: Context): Router {
  const router = Router();
  const keyFor = requireKey(ctx);
  const body = express.text({ limit: BODY_LIMIT, type: () => true, defaultCharset: 'utf-8' });
  router.use((_req, res, next) => {
    res.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  for (const name of Object.keys(ENDPOINTS) as EndpointName[]) {
    const endpoint: Endpoint = ENDPOINTS[name];
    router[endpoint.method](
      pathOf(endpoint.path),
      remember(endpoint),
      keyFor(endpoint.scope),
      body,
      async (req, res) => {
        const handler = HANDLERS[name] as Handler<EndpointName>;
        res.json(await handler(ctx, tenantOn(res), readRequest(endpoint, req) as Asked<EndpointName>));
      },
    );
  }
  for (const [path, endpoints] of groupBy(ALL, ({ path }) => path))
    router.all(pathOf(path), remember(endpoints[0]), keyFor('read'), (_req, res) => {
      const allowed = endpoints.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
      res.set('Allow', allowed.join(', '));
      throw new AppError('method_not_allowed', `This route takes ${allowed.join(', ')} only.`);
    });
  router.use(keyFor('read'), () => {
    throw new AppError('not_found', 'There is no such route in the API. /api/openapi.json lists them.');
  });
  router.use(errors(ctx.log));
  return router;
}

const ALL: readonly Endpoint[] = Object.values(ENDPOINTS);

/** As Express has it. */
const pathOf = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/** For what goes wrong later. */
const remember =
  (endpoint: Endpoint): RequestHandler =>
  (_req, res, next) => {
    res.locals.endpoint = endpoint;
    next();
  };

function readRequest(endpoint: Endpoint, req: Request) {
  return {
    query: endpoint.query && parse(endpoint.query, req.query),
    body: endpoint.body && parse(endpoint.body, readBody(req)),
    id: typeof req.params.id === 'string' ? req.params.id : '',
    idempotencyKey: endpoint.isIdempotent ? req.get('Idempotency-Key') : undefined,
  };
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}

function readBody(req: Request): object {
  const text: unknown = req.body;
  try {
    const { value } = parseCleanJson(typeof text === 'string' ? text : '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    // Nested so deep that nothing can walk through it.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
  }
  throw new AppError('invalid_request', 'The body must be a JSON object.');
}

const endpointOf = (res: Response): Endpoint | undefined => res.locals.endpoint as Endpoint | undefined;

function errors(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    const { status, body } = describeError(error);
    if (status >= 500) log.error({ err: error as unknown, method: req.method, path: req.path }, 'request failed');
    if (res.headersSent) return next(error);
    const { message, param } = body.error;
    const isLoops = endpointOf(res)?.errors === 'loops';
    const isNamed = endpointOf(res)?.path === TRANSACTIONAL_PATH && param !== undefined;
    const named = isNamed ? { path: param, error: { path: param, message } } : {};
    res.status(status).json(isLoops ? { success: false, message, ...named } : body);
  };
}
