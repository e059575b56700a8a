/** Cookies, sessions and forms, as middleware of Express; the console's routes use these too. */
import { urlencoded, type CookieOptions, type Request, type RequestHandler, type Response } from 'express';
import type { Context } from '../context';
import { AppError } from '../errors';
import { randomToken, sha256 } from '../vault';
import { findSession, noteUse, UNUSED_MS, type Session } from './sessions';

const FORM_LIMIT = '256kb';
const CSRF = 'csrf';

/** Puts the visitor's session (`sessionOf`) and CSRF token (`csrfTokenOf`) on the response. */
export function readSession(ctx: Context): RequestHandler {
  return async (req, res, next) => {
    const id = readCookie(req, cookieNames(ctx).session);
    const session = id === undefined ? undefined : await findSession(ctx, id);
    if (id !== undefined && session && (await noteUse(ctx, session))) sendSessionCookie(ctx, res, id);
    const owner = session?.idHash ?? sha256(browserToken(ctx, req, res));
    Object.assign(res.locals, { session, formOwner: owner, csrfToken: ctx.vault.sign(owner, CSRF) });
    next();
  };
}

export const sessionOf = (res: Response): Session | undefined => res.locals.session as Session | undefined;

/** Goes into every form as `csrf_token`; bound to the session, or to the browser while there is none. */
export const csrfTokenOf = (res: Response): string => res.locals.csrfToken as string;

/** Without a session: 302 to the page that offers Connect to Stripe, 403 for a form. */
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
 * its session. Comes after readSession.
 */
export function checkForm(ctx: Context): RequestHandler[] {
  return [
    requireSameOrigin(ctx),
    urlencoded({ extended: false, limit: FORM_LIMIT, parameterLimit: 2_000 }),
    requireCsrfToken(ctx),
  ];
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

function requireCsrfToken(ctx: Context): RequestHandler {
  return (req, res, next) => {
    const form = req.body as Record<string, unknown> | undefined;
    const token = form?.csrf_token ?? req.get('x-csrf-token');
    if (typeof token === 'string' && ctx.vault.verify(token, CSRF) === res.locals.formOwner) return next();
    throw new AppError('forbidden', 'This form is out of date. Go back, reload the page and send it again.');
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

const isSecure = (ctx: Context) => ctx.config.publicUrl.startsWith('https:');

const cookieOptions = (ctx: Context): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  secure: isSecure(ctx),
});

/** Under https with the `__Host-` prefix: no other host of the domain can plant such a cookie (RFC 6265bis). */
function cookieNames(ctx: Context) {
  const prefix = isSecure(ctx) ? '__Host-' : '';
  return { session: `${prefix}tillpost_session`, browser: `${prefix}tillpost_browser` };
}

function readCookie(req: Request, name: string): string | undefined {
  const pair = (req.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) || undefined;
}
