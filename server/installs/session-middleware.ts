/** Cookies, sessions and forms, as middleware of Express; the console's routes use these too. */
import type { IncomingMessage } from 'node:http';
import { raw, urlencoded, type Request, type RequestHandler, type Response } from 'express';
import type { Context } from '../context';
import { tenantKey } from '../db/tenant';
import { AppError } from '../errors';
import { randomToken, sha256 } from '../vault';
import { cookieNames, cookieOptions, readCookie } from './cookies';
import { findSession, noteUse, UNUSED_MS, type Session } from './sessions';

const FORM = { limit: '256kb', parameterLimit: 2_000 };
/** A workflow may hold many emails of 50,000 characters: its form is larger than others. */
export const LARGE_FORM = { limit: '4mb', parameterLimit: 20_000 };
const SMALL_UPLOAD_BYTES = 256 * 1024;
const CSRF = 'csrf';

/** Puts the visitor's session (`sessionOf`) and CSRF token (`csrfTokenOf`) on the response. */
export function readSession(ctx: Context): RequestHandler {
  return async (req, res, next) => {
    const id = readCookie(req, cookieNames(ctx).session);
    const session = id === undefined ? undefined : await findSession(ctx, id);
    if (id !== undefined && session && (await noteUse(ctx, session))) sendSessionCookie(ctx, res, id);
    const owner = session ? `${session.idHash} ${tenantKey(session.tenant)}` : sha256(browserToken(ctx, req, res));
    Object.assign(res.locals, { session, formOwner: owner, csrfToken: ctx.vault.sign(owner, CSRF) });
    next();
  };
}

export const sessionOf = (res: Response): Session | undefined => res.locals.session as Session | undefined;

/**
 * Goes into every form as `csrf_token`; bound to the session and the install on its screen, so that a tab which still shows
 * another install can't act on this one; bound to the browser while there is no session.
 */
export const csrfTokenOf = (res: Response): string => res.locals.csrfToken as string;

/** Without a session: 302 to the page that offers Connect to Stripe, 403 for a form that isn't held (holdForms). */
export const requireSession: RequestHandler = (req, res, next) => {
  if (sessionOf(res)) return next();
  if (req.method === 'POST') throw new AppError('forbidden', 'You are signed out. Sign in, then send the form again.');
  res.redirect('/');
};

/** 403 for what a session opened by the Dashboard's link must not do: disconnect, erase, import, export, delete contacts, end others' sessions. */
export const requireFullSession: RequestHandler = (_req, res, next) => {
  requireFull(sessionOf(res));
  next();
};

/** The same for a part of what a route does. */
export function requireFull(session: Session | undefined): void {
  if (session?.kind === 'full') return;
  throw new AppError(
    'forbidden',
    'Sign in with Connect to Stripe to do this: the link from the Dashboard is not enough.',
  );
}

/**
 * Before every POST of a page: reads the form, then refuses (403) what came from another site or lacks the CSRF token of
 * its session and install. Comes after readSession.
 */
export const checkForm = (ctx: Context): RequestHandler[] => [...readForm(ctx), requireCsrfToken(ctx)];

/** The same for forms that are about the session itself, such as switching: a tab that shows another install may send them. */
export const checkSessionForm = (ctx: Context): RequestHandler[] => [
  ...readForm(ctx),
  requireCsrfToken(ctx, (owner) => owner.split(' ')[0] ?? ''),
];

/** Reads a form that didn't come from another site; whose it is remains to be seen. */
export const readForm = (ctx: Context, limits = FORM): RequestHandler[] => [
  requireSameOrigin(ctx),
  urlencoded({ extended: false, ...limits }),
];

/**
 * The same for a form with one file, which the route finds by uploadOf: at most `limit` bytes of all of it. Throws too_large,
 * and invalid_request for what is no such form.
 */
export const checkUpload = (ctx: Context, limit: number): RequestHandler[] => [
  requireSameOrigin(ctx),
  raw({ type: 'multipart/form-data', limit }),
  readUpload,
  requireCsrfToken(ctx),
];

/**
 * The same without the check of its token, of a form that says it is no larger than others: before it is known who sent it,
 * no more is read. A larger one has no fields then.
 */
export const readSmallUpload: RequestHandler[] = [
  raw({
    type: (req) => isUpload(req) && Number(req.headers['content-length']) <= SMALL_UPLOAD_BYTES,
    limit: SMALL_UPLOAD_BYTES,
  }),
  (req, res, next) => {
    if (Buffer.isBuffer(req.body)) return readUpload(req, res, next);
    if (!isUpload(req)) return next();
    // Runs out unread: a browser looks for an answer only once it has sent all.
    req.once('end', next).resume();
  },
];

export const isUpload = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('multipart/form-data') ?? false;

const readUpload: RequestHandler = async (req, res, next) => {
  const form = await parseUpload(req.body, req.get('content-type') ?? '').catch(() => {
    throw new AppError('invalid_request', 'The form could not be read.');
  });
  const files = form.filter((field): field is [string, File] => typeof field[1] !== 'string');
  const [file] = await Promise.all(files.map(([, one]) => one.arrayBuffer()));
  res.locals.upload = Buffer.from(file ?? new ArrayBuffer(0));
  req.body = Object.fromEntries(form.filter(([, value]) => typeof value === 'string'));
  next();
};

/** By the platform's own parser: what it reads has been read into memory, and is bounded, before. */
async function parseUpload(body: unknown, contentType: string): Promise<[string, string | File][]> {
  if (!Buffer.isBuffer(body)) return [];
  return [...(await new Response(body, { headers: { 'content-type': contentType } }).formData())];
}

/** The file of the form; empty when none was chosen. */
export const uploadOf = (res: Response): Buffer => res.locals.upload as Buffer;

/** The form is of an earlier session, of none, or of another install; `isOurs`: the browser says that it stood on a page of ours. */
export class OutdatedForm extends AppError {
  constructor(readonly isOurs: boolean) {
    super('forbidden', 'This form is out of date. Go back, reload the page and send it again.');
  }
}

/** Browsers send where a POST comes from; other clients send nothing, and only the CSRF token protects there. */
function requireSameOrigin(ctx: Context): RequestHandler {
  const ours = new URL(ctx.config.publicUrl).host;
  return (req, _res, next) => {
    const site = req.get('sec-fetch-site');
    const origin = req.get('origin');
    const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
    // A page without a referrer has the origin "null"; then only Sec-Fetch-Site can say that it is ours.
    const isForeignOrigin =
      origin === 'null' ? site !== 'same-origin' : origin !== undefined && !isOwn(origin, [ours, req.get('host')]);
    if (isForeignSite || isForeignOrigin) throw new AppError('forbidden', 'This form was sent from another site.');
    next();
  };
}

const isOwn = (origin: string, hosts: (string | undefined)[]): boolean =>
  URL.canParse(origin) && hosts.includes(new URL(origin).host);

/** `part`: what of the owner has to be the same. */
function requireCsrfToken(ctx: Context, part = (owner: string) => owner): RequestHandler {
  return (req, res, next) => {
    const form = req.body as Record<string, unknown> | undefined;
    const token = form?.csrf_token ?? req.get('x-csrf-token');
    const owner = typeof token === 'string' ? ctx.vault.verify(token, CSRF) : undefined;
    if (typeof owner === 'string' && part(owner) === part(res.locals.formOwner as string)) return next();
    // Without either header requireSameOrigin has let it through on this token alone.
    throw new OutdatedForm(req.get('sec-fetch-site') !== undefined || req.get('origin') !== undefined);
  };
}

/** This browser's random token, in a cookie that is set when missing: an OAuth state works only where it was created. */
export function browserToken(ctx: Context, req: Request, res: Response): string {
  const name = cookieNames(ctx).browser;
  const known = readCookie(req, name) ?? (res.locals.browserToken as string | undefined);
  if (known) return known;
  const token = randomToken();
  res.locals.browserToken = token;
  res.cookie(name, token, cookieOptions(ctx));
  return token;
}

export function sendSessionCookie(ctx: Context, res: Response, id: string): void {
  res.cookie(cookieNames(ctx).session, id, { ...cookieOptions(ctx), maxAge: UNUSED_MS });
}

export function clearSessionCookie(ctx: Context, res: Response): void {
  res.clearCookie(cookieNames(ctx).session, cookieOptions(ctx));
}
