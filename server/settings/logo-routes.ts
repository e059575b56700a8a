/** A logo as mail programs and browsers load it: who has its address may, for it stands in every email. */
import { Router } from 'express';
import type { Context } from '../context';
import { createLimits } from '../limit-middleware';
import { AppError } from '../errors';
import { findLogoImage } from './logos';

const YEAR_S = 365 * 24 * 60 * 60;
/** What was another picture when the email was sent. */
const SOON_S = 5 * 60;
/** Mail programs load it when an email is opened, and a mailing is opened by many at once. */
const LOADS_PER_MINUTE = 12_000;

export function logoRoutes(ctx: Context): Router {
  const router = Router();
  const limits = createLimits({ address: LOADS_PER_MINUTE });

  router.get('/logo/:token/:version.png', limits.byAddress, async (req, res) => {
    const { token, version } = req.params;
    const image = await findLogoImage(ctx.db, String(token));
    if (!image) throw new AppError('not_found', 'There is no such logo.');
    const age = image.version === version ? `max-age=${YEAR_S}, immutable` : `max-age=${SOON_S}`;
    res.set({
      'Cache-Control': `public, ${age}`,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    res.type('png').send(image.png);
  });

  return router;
}
