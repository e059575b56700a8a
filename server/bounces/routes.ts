/**
 * Where mail providers report what became of emails: POST /bounces/<provider>/<BOUNCE_TOKEN>. The token only keeps
 * strangers from trying; what is believed is the provider's own signature.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { raw, Router, type RequestHandler } from 'express';
import type { Context } from '../context';
import { recordReport, type Report } from '../emails/reports';
import { AppError, errorHandler } from '../errors';
import { isEqual } from '../vault';
import type { Reader } from './notice';
import { genericReader } from './providers/generic';
import { mailgunReader } from './providers/mailgun';
import { postmarkReader } from './providers/postmark';
import { resendReader } from './providers/resend';
import { sendgridReader } from './providers/sendgrid';
import { sesReader } from './providers/ses';

const PATH = '/bounces/:provider/:token';

export function bounceRoutes(ctx: Context): Router {
  const router = Router();
  const readers = createReaders(ctx.secrets.bounces);
  const readerOf = (provider: unknown) => readers.get(String(provider));

  /** Before anything of the body is read. */
  const requireToken: RequestHandler = (req, _res, next) => {
    const isKnown = isEqual(ctx.secrets.bounces.token ?? '', String(req.params.token)) && readerOf(req.params.provider);
    next(isKnown ? undefined : new AppError('not_found', 'Nothing is reported here.'));
  };

  router.post(PATH, requireToken, raw({ type: () => true, limit: '1mb', inflate: false }), async (req, res) => {
    const body = Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '';
    const reports = (await readerOf(req.params.provider)?.({ headers: req.headers, body }, ctx)) ?? [];
    if (await isOneTooEarly(ctx, reports))
      throw new AppError('unavailable', 'One of the emails is just being sent. Please report it again.');
    res.json({ received: true });
  });
  router.use(errorHandler(ctx.log));
  return router;
}

function createReaders(secrets: Context['secrets']['bounces']): Map<string, Reader> {
  const readers = new Map<string, Reader>();
  const add = (provider: string, secret: string | null, create: (secret: string) => Reader) =>
    secret !== null && readers.set(provider, create(secret));
  add('ses', secrets.sesTopic, sesReader);
  add('postmark', secrets.postmark, postmarkReader);
  add('mailgun', secrets.mailgun, mailgunReader);
  add('sendgrid', secrets.sendgrid, sendgridReader);
  add('resend', secrets.resend, resendReader);
  add('generic', secrets.generic, genericReader);
  return readers;
}

async function isOneTooEarly(ctx: Context, reports: readonly Report[]): Promise<boolean> {
  let isEarly = false;
  for (const report of reports) {
    if ((await recordReport(ctx, report)) === 'too_early') isEarly = true;
    // On SQLite nothing above waits.
    await breathe();
  }
  return isEarly;
}
