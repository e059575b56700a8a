/** The start page, for visitors without a session. */
import { Router } from 'express';
import type { Context } from '../../context';
import { keyModes } from '../../installs/restricted-key';
import { sessionOf } from '../../installs/session-middleware';
import { sendPage } from '../send';
import { HomePage } from './home';

export function homeRoutes(ctx: Context): Router {
  const router = Router();
  router.get('/', (req, res) => {
    const wantsKeyForm = req.query.connect === 'key';
    if (sessionOf(res) && !wantsKeyForm) return res.redirect('/events');
    const { live, test } = ctx.config.modes;
    const appModes = [...(live ? (['live'] as const) : []), ...(test ? (['test'] as const) : [])];
    sendPage(ctx, res, <HomePage appModes={appModes} keyModes={keyModes(ctx)} />);
  });
  return router;
}
