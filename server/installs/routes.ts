/** Connecting, signing in, switching and signing out. The pages they show are the console's. */
import { Router, type Response } from 'express';
import { isAllowed } from '../allowed';
import type { Context } from '../context';
import { tenantOf } from '../db/tenant';
import { AppError } from '../errors';
import { createLimits } from '../limit-middleware';
import { nameBrowser } from './browser-name';
import { findInstall, isConnected, type Install } from './installs';
import { leaveNotice } from './notice-cookie';
import { beginConnect, finishConnect, type CallbackQuery } from './oauth';
import { consumeOpenLink, findOpenLink } from './open-link';
import { PROBLEMS, type ConnectProblem, type NextStep } from './problems';
import { connectRestrictedKey } from './restricted-key';
import {
  browserToken,
  checkSessionForm,
  clearSessionCookie,
  csrfTokenOf,
  readSession,
  requireFull,
  sendSessionCookie,
  sessionOf,
} from './session-middleware';
import { endSessionOf, openSession, signOut, signOutEverywhere, switchInstall, type Session } from './sessions';

/** The pages that the console renders for these routes; the response's status is set already. */
export interface InstallPages {
  problem(res: Response, page: { title: string; message: string; next: NextStep[] }): Promise<void>;
  /** The form that a restricted key was sent with, and what is wrong with the key. */
  keyRefused(res: Response, message: string): Promise<void>;
  /** A page with one form that posts `csrf_token` to `action`. */
  confirmOpen(res: Response, page: { action: string; csrfToken: string; accountName: string }): void;
}

const HOME = '/settings/stripe';
/** Where the sessions are listed. */
const PEOPLE = '/settings/people';

export function installRoutes(ctx: Context, pages: InstallPages): Router {
  const router = Router();
  const session = readSession(ctx);
  const form = [session, ...checkSessionForm(ctx)];
  const limits = createLimits();

  const fail = (res: Response, { title, message, next }: ConnectProblem, status = 400) =>
    pages.problem(res.status(status), { title, message, next });
  /** Always with a fresh session id, so that nobody can plant a known one before the sign-in (session fixation). */
  const signIn = async (res: Response, install: Install, kind: Session['kind'] = 'full') => {
    const previous = sessionOf(res);
    const browser = nameBrowser(res.req.get('user-agent'));
    sendSessionCookie(ctx, res, await openSession(ctx, { tenant: tenantOf(install), kind, previous, browser }));
  };

  router.get('/connect', limits.byAddress, session, async (req, res) => {
    const { mode } = req.query;
    if (mode !== 'live' && mode !== 'test') return fail(res, PROBLEMS.badMode(ctx));
    const url = await beginConnect(ctx, mode, browserToken(ctx, req, res));
    if (url) res.redirect(url);
    else await fail(res, PROBLEMS.notConfigured(ctx, mode));
  });

  router.get('/oauth/callback', session, async (req, res) => {
    const result = await finishConnect(ctx, readQuery(req.query), browserToken(ctx, req, res));
    if (result.kind === 'problem') return fail(res, result);
    await signIn(res, result.install);
    res.redirect(leaveNotice(ctx, res, HOME, { done: 'connected' }));
  });

  router.post('/connect/key', limits.byAddress, ...form, ...limits.byKey, async (req, res) => {
    const { key } = req.body as Record<string, unknown>;
    const result = await connectRestrictedKey(ctx, typeof key === 'string' ? key : '');
    if (result.kind === 'problem') return pages.keyRefused(res.status(400), `${result.title}. ${result.message}`);
    await signIn(res, result.install);
    res.redirect(303, leaveNotice(ctx, res, HOME, { done: 'connected' }));
  });

  router.get('/open/:token', ...limits.byToken, session, async (req, res) => {
    const tenant = await findOpenLink(ctx.db, String(req.params.token), ctx.clock.now());
    const install = tenant && (await findInstall(ctx.db, tenant));
    if (install && !isAllowed(ctx, install.account_id))
      return fail(res, PROBLEMS.notAllowed(ctx, install.account_id), 403);
    if (!isConnected(install)) return fail(res, PROBLEMS.openLink(), 404);
    const accountName = install.account_name ?? install.account_id;
    pages.confirmOpen(res, { action: req.path, csrfToken: csrfTokenOf(res), accountName });
  });

  /** A form consumes the link, not the page above: previews and prefetches must not. */
  router.post('/open/:token', ...limits.byToken, ...form, async (req, res) => {
    const tenant = await consumeOpenLink(ctx.db, String(req.params.token), ctx.clock.now());
    const install = tenant && (await findInstall(ctx.db, tenant));
    if (install && !isAllowed(ctx, install.account_id))
      return fail(res, PROBLEMS.notAllowed(ctx, install.account_id), 403);
    if (!isConnected(install)) return fail(res, PROBLEMS.openLink(), 404);
    const current = sessionOf(res);
    const isHeld = current?.kind === 'full' && (await switchInstall(ctx.db, current, install.id));
    if (!isHeld) await signIn(res, install, 'dashboard');
    res.redirect(303, '/');
  });

  router.post('/session/switch', ...form, async (req, res) => {
    const { account_id: accountId, mode } = req.body as Record<string, unknown>;
    const current = sessionOf(res);
    const install = current?.installs.find(
      (one) => one.account_id === accountId && (one.livemode === 1) === (mode === 'live'),
    );
    if (!current) return res.redirect(303, '/');
    if (!install) throw new AppError('not_found', 'This session does not hold that account.');
    await switchInstall(ctx.db, current, install.id);
    res.redirect(303, leaveNotice(ctx, res, HOME, { done: 'switched' }));
  });

  router.post('/session/sign-out', ...form, async (_req, res) => {
    const current = sessionOf(res);
    if (current) await signOut(ctx.db, current);
    clearSessionCookie(ctx, res);
    res.redirect(303, '/');
  });

  router.post('/session/sign-out-everywhere', ...form, async (_req, res) => {
    const current = sessionOf(res);
    if (current?.kind === 'dashboard') await signOut(ctx.db, current);
    else if (current) await signOutEverywhere(ctx.db, current.tenant);
    clearSessionCookie(ctx, res);
    res.redirect(303, '/');
  });

  /** Its own session anyone may end. */
  router.post('/session/end', ...form, async (req, res) => {
    const current = sessionOf(res);
    if (!current) return res.redirect(303, '/');
    const { session: idHash } = req.body as Record<string, unknown>;
    if (idHash === current.idHash) {
      await signOut(ctx.db, current);
      clearSessionCookie(ctx, res);
      return res.redirect(303, '/');
    }
    requireFull(current);
    if (typeof idHash !== 'string' || !(await endSessionOf(ctx.db, current.tenant, idHash)))
      throw new AppError('not_found', 'This session has ended already.');
    res.redirect(303, leaveNotice(ctx, res, PEOPLE, { done: 'session_ended' }));
  });

  return router;
}

/** Express parses repeated parameters as lists; Stripe sends none, so they are dropped. */
function readQuery(query: Record<string, unknown>): CallbackQuery {
  const texts = Object.entries(query).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(texts);
}
