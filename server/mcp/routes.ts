/** POST /mcp: the Model Context Protocol over streamable HTTP, without sessions: one request, one answer in JSON. */
import express, { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import { requireKey, tenantOn } from '../api/key-middleware';
import { parseCleanJson } from '../clean-text';
import type { Context } from '../context';
import { AppError, describeError } from '../errors';
import type { Logger } from '../log';
import { signalOf } from '../request-signal';

const BODY_LIMIT = '64kb';

export function mcpRoutes(ctx: Context): Router {
  const router = Router();
  const body = express.text({ limit: BODY_LIMIT, type: () => true, defaultCharset: 'utf-8' });
  router.use('/mcp', (_req, res, next) => {
    res.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  router.post('/mcp', refuseForeignPages(ctx), requireKey(ctx)('read'), body, async (req, res) => {
    const message = readMessage(req.body);
    // Loaded by the first who asks: most installs never do, and it takes some 30 MB.
    const { answerMcp } = await import('./answer');
    await answerMcp(ctx, tenantOn(res), { req, res, message }, signalOf(res));
  });
  router.all('/mcp', (_req, res) => {
    res.set('Allow', 'POST').status(405).json(refusal('Only POST: there are no sessions, and nothing is streamed.'));
  });
  router.use('/mcp', errors(ctx.log));
  return router;
}

/** A page in a browser, on whatever name it reaches us by, is no client; the specification wants Origin looked at. */
function refuseForeignPages({ config }: Context): RequestHandler {
  const own = new URL(config.publicUrl).origin;
  return (req, _res, next) => {
    const origin = req.get('origin');
    next(
      origin === undefined || origin === own
        ? undefined
        : new AppError('forbidden', 'Requests from pages of other origins are refused.'),
    );
  };
}

/** One message: a batch would be many requests in one, past the rate. */
function readMessage(body: unknown): object {
  try {
    const { value } = parseCleanJson(typeof body === 'string' ? body : '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    // Nested so deep that nothing can walk through it.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
  }
  throw new AppError('invalid_request', 'The body must be one JSON-RPC message.');
}

/** -32000 to -32099 are a server's own: https://www.jsonrpc.org/specification#error_object */
const refusal = (message: string) => ({ jsonrpc: '2.0', error: { code: -32000, message }, id: null });

function errors(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    const { status, body } = describeError(error);
    if (status >= 500) log.error({ err: error as unknown, method: req.method, path: req.path }, 'request failed');
    if (res.headersSent) return next(error);
    res.status(status).json(refusal(body.error.message));
  };
}
