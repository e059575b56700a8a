/**
 * Confirming an address for test emails. As with unsubscribing, opening the link changes nothing, for link scanners open
 * links too; the page's form does. The signed token is the authority: no session, no CSRF token.
 */
import { Router, type Response } from 'express';
import type { Context } from '../context';
import { createLimits } from '../limit-middleware';
import { readConfirmToken } from './confirmation';
import { confirmAddress } from './test-addresses';

export interface ConfirmPages {
  /** A page with one form that posts back to its own address, or that says that it was done. */
  confirmAddress(res: Response, page: { address: string; accountId: string; isConfirmed: boolean }): void;
  problem(
    res: Response,
    page: { title: string; message: string; next: { label: string; href: string }[] },
  ): Promise<void>;
}

export function confirmRoutes(ctx: Context, pages: ConfirmPages): Router {
  const router = Router();
  const limits = createLimits();

  const fail = (res: Response) => {
    const message = 'It works for 24 hours. Send the test again to get a new one.';
    return pages.problem(res.status(404), { title: 'This link doesn’t work', message, next: [] });
  };

  router.get('/confirm-address/:token', ...limits.byToken, (req, res) => {
    const link = readConfirmToken(ctx, String(req.params.token));
    if (!link) return fail(res);
    pages.confirmAddress(res, { address: link.address, accountId: link.tenant.accountId, isConfirmed: false });
  });

  router.post('/confirm-address/:token', ...limits.byToken, async (req, res) => {
    const link = readConfirmToken(ctx, String(req.params.token));
    if (!link || !(await confirmAddress(ctx.db, link.tenant, link.address, ctx.clock.now()))) return fail(res);
    pages.confirmAddress(res, { address: link.address, accountId: link.tenant.accountId, isConfirmed: true });
  });

  return router;
}
