/** Who looks: on every page of the console, after the session was read. */
import type { RequestHandler, Response } from 'express';
import type { Writing } from '../../shared/times';
import type { Mode } from '../config';
import type { Context } from '../context';
import { tenantOf, type Tenant } from '../db/tenant';
import type { Install } from '../installs/installs';
import { sessionOf } from '../installs/session-middleware';
import type { Session } from '../installs/sessions';
import { troublesOf } from '../installs/troubles';
import { readSettings } from '../settings/settings';
import { connectPagePath } from './layout';
import type { InstallChoice, Viewer } from './page';

interface Looking {
  viewer: Viewer;
  writing: Writing;
}

export function loadViewer(ctx: Context): RequestHandler {
  return async (_req, res, next) => {
    await lookUpViewer(ctx, res);
    next();
  };
}

async function lookUpViewer(ctx: Context, res: Response): Promise<void> {
  const session = sessionOf(res);
  if (!session || lookingOf(res)) return;
  const { locale, timezone: timeZone } = await readSettings(ctx.db, session.tenant);
  res.locals.looking = { viewer: viewSession(ctx, session), writing: { locale, timeZone } } satisfies Looking;
}

/** For pages that show who looks where it is known, and must show even when the database is away. */
export async function tryViewer(ctx: Context, res: Response): Promise<void> {
  try {
    await lookUpViewer(ctx, res);
  } catch (error) {
    ctx.log.warn({ err: error }, 'who looks at a page is not known');
  }
}

const viewSession = (ctx: Context, { tenant, install, installs, kind }: Session): Viewer => ({
  connectHrefs: { live: connectHref(ctx, 'live'), test: connectHref(ctx, 'test') },
  tenant,
  accountName: install.account_name,
  status: install.status,
  troubles: troublesOf(install),
  isLimited: kind === 'dashboard',
  installs: installs.map(choiceOf),
});

/** A mode without an app is connected by a restricted key, on a page of its own. */
const connectHref = ({ config: { modes } }: Context, mode: Mode): string =>
  modes[mode] ? `/connect?mode=${mode}` : connectPagePath(mode);

const choiceOf = (install: Install): InstallChoice => ({
  tenant: tenantOf(install),
  accountName: install.account_name,
});

const lookingOf = (res: Response): Looking | undefined => res.locals.looking as Looking | undefined;

/** Null on the pages that need no session. */
export const viewerOf = (res: Response): Viewer | null => lookingOf(res)?.viewer ?? null;
/** How the install on screen writes dates and amounts. */
export const writingOf = (res: Response): Writing => lookingOf(res)?.writing ?? { locale: 'en-US', timeZone: 'UTC' };
export const timeZoneOf = (res: Response): string => writingOf(res).timeZone;

/** The session of a page behind requireSession. */
export function getSession(res: Response): Session {
  const session = sessionOf(res);
  if (!session) throw new Error('this route needs requireSession');
  return session;
}

/** The install on screen: what every query of a page is about. */
export const tenantOn = (res: Response): Tenant => getSession(res).tenant;
