/** Help, for who is signed in and for visitors alike. */
import { Router } from 'express';
import { HELP_AREAS } from '../../../shared/words/help';
import { oneOf } from '../../../shared/one-of';
import type { Context } from '../../context';
import { getFound } from '../read-request';
import { sendPage } from '../send';
import { HelpPage } from './help';

export function helpRoutes(ctx: Context): Router {
  const router = Router();
  router.get('/help', (_req, res) => res.redirect(`/help/${HELP_AREAS[0]}`));
  router.get('/help/:area', (req, res) => {
    sendPage(ctx, res, <HelpPage area={getFound(oneOf(HELP_AREAS, req.params.area))} />);
  });
  return router;
}
