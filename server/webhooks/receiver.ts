/**
 * Where Stripe delivers. Stands before Express on the same http server, whose body parsing, routing and response helpers
 * cost more than verifying and storing an event: read, verify, store, answer, nothing else.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseCleanJson } from '../clean-text';
import type { Context } from '../context';
import { tenantOf } from '../db/tenant';
import { findInstallById } from '../installs/installs';
import { openSecret } from '../installs/seals';
import { isSignedBy } from '../stripe-signature';
import { readDelivery, type Delivery } from '../events/delivery';
import { createInbox, InboxFull, type Inbox } from './inbox';
import { BodyFault, createBodyReader } from './read-body';

const LINGER_MS = 1_000;
const PATH = /^\/webhooks\/stripe(?:\/([A-Za-z0-9_]{1,64}))?\/?(?:\?.*)?$/;

/** Takes the request and answers it, or returns false: not a webhook. */
export type Receiver = (req: IncomingMessage, res: ServerResponse) => boolean;

export function createReceiver(ctx: Context): Receiver {
  const inbox = createInbox(ctx);
  const readBody = createBodyReader();
  return (req, res) => {
    const path = req.method === 'POST' ? PATH.exec(req.url ?? '') : null;
    if (!path) return false;
    receive(ctx, { inbox, readBody }, req, path[1]).then(
      (answer) => send(req, res, answer),
      (error: unknown) => send(req, res, refusalOf(ctx, error)),
    );
    return true;
  };
}

interface Parts {
  inbox: Inbox;
  readBody(req: IncomingMessage): Promise<string>;
}

interface Answer {
  status: number;
  code?: string;
  message?: string;
}

class Refusal extends Error {
  constructor(readonly answer: Answer) {
    super(answer.message);
  }
}

const refuse = (status: number, code: string, message: string) => new Refusal({ status, code, message });

async function receive(ctx: Context, { inbox, readBody }: Parts, req: IncomingMessage, installId?: string) {
  if (req.headers['content-encoding'] && req.headers['content-encoding'] !== 'identity')
    throw refuse(415, 'unsupported_media_type', 'Bodies with a content-encoding are refused.');
  const header = req.headers['stripe-signature'];
  const body = await readBody(req);
  if (typeof header !== 'string') throw refuse(400, 'invalid_signature', 'The Stripe-Signature header is missing.');
  const delivery = installId ? await verifyForInstall(ctx, body, header, installId) : verifyForApp(ctx, body, header);
  await inbox.receive(delivery);
  return { status: 200 };
}

/** What is said of a body that could not be read. */
const BODY_FAULTS: Record<BodyFault['kind'], Answer> = {
  too_large: { status: 413, code: 'too_large', message: 'The body is larger than 1 MB.' },
  broken_off: { status: 400, code: 'invalid_request', message: 'The body ended early.' },
  crowded_out: { status: 503, code: 'unavailable', message: 'The body took too long. Please deliver it again.' },
};

const INVALID_SIGNATURE = () =>
  refuse(400, 'invalid_signature', 'The signature does not match the body, or is older than five minutes.');

/** A live secret admits both modes: an app installed in both gets test events at its live endpoint too. */
function verifyForApp(ctx: Context, body: string, header: string): Delivery {
  const now = ctx.clock.now();
  const { live, test } = ctx.secrets.webhookSecrets;
  const isLive = isSignedBy(live, body, header, now);
  if (!isLive && !isSignedBy(test, body, header, now)) throw INVALID_SIGNATURE();
  const { event, raw } = parseEvent(body);
  if (!isLive && event.livemode === true) throw INVALID_SIGNATURE();
  return readDelivery(event, raw, now);
}

async function verifyForInstall(ctx: Context, body: string, header: string, installId: string): Promise<Delivery> {
  const install = await findInstallById(ctx.db, installId);
  if (!install) throw refuse(404, 'not_found', 'There is no such webhook endpoint.');
  const owner = tenantOf(install);
  const secret = openSecret(ctx, 'webhook', install);
  const now = ctx.clock.now();
  if (!secret || !isSignedBy([secret], body, header, now)) throw INVALID_SIGNATURE();
  const { event, raw } = parseEvent(body);
  if ((event.livemode === true) !== owner.livemode) throw INVALID_SIGNATURE();
  return readDelivery(event, raw, now, owner);
}

function parseEvent(body: string): { event: Record<string, unknown>; raw: string } {
  try {
    const { value, raw } = parseCleanJson(body);
    if (typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string')
      return { event: value, raw };
  } catch (error) {
    // RangeError: nested deeper than the stack.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
  }
  throw refuse(400, 'invalid_request', 'The body must be a JSON object with a string "type".');
}

function refusalOf(ctx: Context, error: unknown): Answer {
  const answer = error instanceof BodyFault ? BODY_FAULTS[error.kind] : error instanceof Refusal && error.answer;
  if (answer) {
    ctx.metrics.received.inc({ answer: answer.code ?? 'refused' });
    return answer;
  }
  ctx.metrics.received.inc({ answer: 'not_stored' });
  if (!(error instanceof InboxFull)) ctx.log.error({ err: error }, 'a delivery could not be stored');
  return { status: 503, code: 'unavailable', message: 'The event could not be stored. Please deliver it again.' };
}

const OK = '{"received":true}';

function send(req: IncomingMessage, res: ServerResponse, { status, code, message }: Answer): void {
  if (res.headersSent || res.destroyed) return;
  const body = status === 200 ? OK : JSON.stringify({ error: { code, message } });
  res.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...(status === 503 ? { 'Retry-After': '1' } : {}),
    ...(req.complete ? {} : { Connection: 'close' }),
  });
  res.end(body);
  if (req.complete) return;
  // Reading on for a moment lets the sender see the answer before the connection ends.
  req.resume();
  setTimeout(() => req.destroy(), LINGER_MS).unref();
}
