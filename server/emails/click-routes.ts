/**
 * `GET /c/:token`: on to where the link in the email points. The person comes first: whatever becomes of the note, they are
 * sent on, within a moment.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Router, type Request, type Response } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { isAllowed } from '../allowed';
import type { Context } from '../context';
import { createLimits } from '../limit-middleware';
import { readClickToken, type ClickLink } from './click-links';
import { noteClick } from './note-click';

/** How long the database may take before the person is sent on without it. */
const NOTE_MS = 1_000;
/** Notes under way at once: a database that hangs must not gather them without end. */
const MAX_NOTING = 50;
/** Of one link. More is a program, or somebody who wants to be counted. */
const NOTED_PER_MINUTE = 30;

export interface ClickPages {
  problem(
    res: Response,
    page: { title: string; message: string; next: { label: string; href: string }[] },
  ): Promise<void>;
}

export function clickRoutes(ctx: Context, pages: ClickPages): Router {
  const router = Router();
  const limits = createLimits();
  const repeats = new RateLimiterMemory({ points: NOTED_PER_MINUTE, duration: 60 });
  let noting = 0;

  async function note(link: ClickLink, req: Request): Promise<void> {
    const isTooOften = await repeats.consume(`${link.emailId} ${link.url}`).then(
      () => false,
      () => true,
    );
    if (isTooOften || noting >= MAX_NOTING) return ctx.metrics.clicks.inc({ kind: 'not_noted' });
    noting++;
    try {
      const purpose = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => req.get(name) ?? '').join(' ');
      const request = { method: req.method, userAgent: req.get('user-agent'), purpose };
      ctx.metrics.clicks.inc({ kind: await noteClick(ctx.db, link, request, ctx.clock.now()) });
    } catch (error) {
      ctx.metrics.clicks.inc({ kind: 'not_noted' });
      ctx.log.warn({ err: error, email: link.emailId }, 'a click was not noted');
    } finally {
      noting--;
    }
  }

  router.get('/c/:token', async (req, res, next) => {
    const link = readClickToken(ctx, String(req.params.token));
    // Links of an account that is shut out lead nowhere: they may be why it was.
    if (!link || !isAllowed(ctx, link.tenant.accountId)) return next();
    await Promise.race([note(link, req), wait(NOTE_MS, undefined, { ref: false })]);
    res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', Location: link.url }).status(302).end();
  });

  router.get('/c/:token', limits.byAddress, async (_req, res) => {
    const message = 'It may have been cut off on its way. Use the link in the email itself.';
    await pages.problem(res.status(404), { title: 'This link doesn’t work', message, next: [] });
  });

  return router;
}
