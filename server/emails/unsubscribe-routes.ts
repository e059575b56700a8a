/**
 * Leaving, and coming back. Opening the link changes nothing, for link scanners open links too; the page's form and the
 * one-click POST of mail clients (RFC 8058) do. The signed token is the authority: no session, no CSRF token.
 */
import { Router, urlencoded, type Response } from 'express';
import { findContact, resubscribeContact, unsubscribeContact } from '../audience/contacts';
import type { Context } from '../context';
import { createLimits } from '../limit-middleware';
import { readSettings } from '../settings/settings';
import { findEmail } from './emails';
import { readUnsubscribeToken } from './unsubscribe-token';

/** Behind a proxy all come from one address, and after a large mailing many at once: senders of one-click requests seldom try again. */
const UNSUBSCRIBES_PER_MINUTE = 12_000;

export interface UnsubscribePages {
  /** A page with one form that posts `action` (`unsubscribe` or `resubscribe`) back to its own address. */
  unsubscribe(res: Response, page: { email: string; senderName: string | null; isUnsubscribed: boolean }): void;
  problem(res: Response, page: { title: string; message: string; next: { label: string; href: string }[] }): void;
}

export function unsubscribeRoutes(ctx: Context, pages: UnsubscribePages): Router {
  const router = Router();

  async function show(res: Response, token: string): Promise<void> {
    const link = await followLink(ctx, token);
    if (!link) {
      const message = 'It may have been cut off on its way. Use the link in the email itself, or reply to the email.';
      return pages.problem(res.status(404), { title: 'This link doesn’t work', message, next: [] });
    }
    if (!link.contact) {
      const message = link.isTest
        ? 'This was a test email. The link works in emails to your contacts.'
        : 'Your address isn’t on the list any more. You won’t get marketing emails.';
      return pages.problem(res, { title: 'Nothing to unsubscribe from', message, next: [] });
    }
    const { sender } = await readSettings(ctx.db, link.tenant);
    const { email, status } = link.contact;
    pages.unsubscribe(res, { email, senderName: sender.from_name, isUnsubscribed: status !== 'subscribed' });
  }

  const limits = createLimits({ address: UNSUBSCRIBES_PER_MINUTE });

  router.get('/unsubscribe/:token', ...limits.byToken, async (req, res) => show(res, String(req.params.token)));

  router.post(
    '/unsubscribe/:token',
    ...limits.byToken,
    urlencoded({ extended: false, limit: '10kb' }),
    async (req, res) => {
      const token = String(req.params.token);
      const link = await followLink(ctx, token);
      const wantsBack = (req.body as { action?: unknown } | undefined)?.action === 'resubscribe';
      if (link?.contact) {
        const change = wantsBack ? resubscribeContact : unsubscribeContact;
        await change(ctx.db, link.tenant, link.contact.id, ctx.clock.now());
      }
      await show(res, token);
    },
  );

  return router;
}

/** Undefined for a link that we didn't make; the contact is undefined once it was deleted. */
async function followLink(ctx: Context, token: string) {
  const named = readUnsubscribeToken(ctx, token);
  const email = named && (await findEmail(ctx.db, named.tenant, named.emailId));
  if (!email) return undefined;
  const contact = email.contact_id ? await findContact(ctx.db, named.tenant, email.contact_id) : undefined;
  return { tenant: named.tenant, contact, isTest: email.is_test === 1 };
}
