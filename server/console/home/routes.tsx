/** The start page, for visitors without a session, and the page that connects another mode, for those with one. */
import { Router, type Response } from 'express';
import { MODES } from '../../config';
import type { Context } from '../../context';
import { AppError } from '../../errors';
import { keyModes } from '../../installs/restricted-key';
import { requireSession, sessionOf } from '../../installs/session-middleware';
import { sendPage } from '../send';
import { loadViewer, tryViewer, viewerOf } from '../viewer';
import { ConnectModePage } from './connect-mode';
import { HomePage, type HomePageProps } from './home';

export function homeRoutes(ctx: Context): Router {
  const router = Router();
  router.get('/', (_req, res, next) => {
    // Who is signed in gets the overview.
    if (sessionOf(res)) return next();
    sendPage(ctx, res, <HomePage {...waysIn(ctx)} />);
  });
  router.get('/settings/connect', requireSession, loadViewer(ctx), (req, res) => {
    const mode = MODES.find((one) => one === req.query.mode);
    if (!mode) throw new AppError('not_found', 'There is no such page.');
    sendPage(ctx, res, <ConnectModePage mode={mode} hasApp={ctx.config.modes[mode] !== null} />);
  });
  return router;
}

/** Modes whose Stripe App is configured, and those that a restricted key may connect. */
export const waysIn = (ctx: Context): Pick<HomePageProps, 'appModes' | 'keyModes'> => ({
  appModes: MODES.filter((mode) => ctx.config.modes[mode]),
  keyModes: keyModes(ctx),
});

/** The form that a key was sent with, and what is wrong with the key. */
export async function sendKeyForm(ctx: Context, res: Response, keyError: string): Promise<void> {
  await tryViewer(ctx, res);
  const ways = waysIn(ctx);
  // By the mode the page was about; a key tells its own only when it is one.
  const { searchParams } = new URL(res.req.get('referer') ?? '/', ctx.config.publicUrl);
  const mode = ways.keyModes.find((one) => one === searchParams.get('mode')) ?? ways.keyModes[0];
  const page =
    viewerOf(res) && mode ? (
      <ConnectModePage mode={mode} hasApp={false} keyError={keyError} />
    ) : (
      <HomePage {...ways} keyError={keyError} />
    );
  sendPage(ctx, res, page, { notice: null });
}
