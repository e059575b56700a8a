/**
 * A contact's preferences: leaving, and coming back. Opening the link changes nothing, for link scanners open links too; the
 * page's form and the one-click POST of mail clients (RFC 8058) do. The signed token is the authority: no session, no CSRF
 * token.
 */
import { Router, urlencoded, type Response } from 'express';
import { changeConsent, type ConsentChange } from '../audience/consent';
import { findContact } from '../audience/contacts';
import { changeMembership, findList, findLists, findMemberships } from '../audience/mailing-lists';
import { findSuppression } from '../audience/suppressions';
import type { Context } from '../context';
import type { Db, Trx } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { createLimits } from '../limit-middleware';
import { readSettings } from '../settings/settings';
import { findEmail, noteUnsubscribed } from './emails';
import { findReader } from './find-reader';
import { readPageSender, type PageSender } from './page-sender';
import { readUnsubscribeToken } from './unsubscribe-token';

/** Behind a proxy all come from one address, and after a large mailing many at once: senders of one-click requests seldom try again. */
const UNSUBSCRIBES_PER_MINUTE = 12_000;

export interface Preferences {
  sender: PageSender;
  /** Null once nothing is kept of the address any more; `test`: the link is from a test email. */
  contact: null | 'test' | PreferencesContact;
}

export interface PreferencesContact {
  email: string;
  isSubscribed: boolean;
  /** Its mail came back: nothing goes there, whatever is chosen. */
  isSuppressed: boolean;
  /** What this request has just chosen; null: it only looks, or chose among the lists. */
  chosen: ConsentChange['status'] | null;
  /** The mailing lists that anybody may join. */
  lists: PreferencesList[];
  /** The list that this request has just joined or left. */
  changedList: PreferencesList | null;
}

export interface PreferencesList {
  id: string;
  name: string;
  description: string | null;
  isMember: boolean;
}

/** Chosen on the page: all marketing email, or one list. */
type Choice = { status: ConsentChange['status'] } | { listId: string; isMember: boolean };

export interface UnsubscribePages {
  /** A page whose forms post `action` (`unsubscribe`, `resubscribe`; `join` or `leave` with a `list`) back to its own address. */
  preferences(res: Response, page: Preferences): void;
  problem(
    res: Response,
    page: { title: string; message: string; next: { label: string; href: string }[] },
  ): Promise<void>;
}

export function unsubscribeRoutes(ctx: Context, pages: UnsubscribePages): Router {
  const router = Router();
  const limits = createLimits({ address: UNSUBSCRIBES_PER_MINUTE });

  router.get('/unsubscribe/:token', ...limits.byToken, async (req, res) => {
    await show(res, await followLink(ctx, String(req.params.token)), null);
  });

  router.post(
    '/unsubscribe/:token',
    ...limits.byToken,
    urlencoded({ extended: false, limit: '10kb' }),
    async (req, res) => {
      const link = await followLink(ctx, String(req.params.token));
      const form = (req.body ?? {}) as Record<string, unknown>;
      const choice = choiceIn(form);
      // Our page's form always says it. Mail programs may post as multipart/form-data (RFC 8058), which isn't read here.
      const cause = form.action === undefined ? 'one_click' : 'preferences';
      const { tenant, email, contact } = link ?? {};
      if (choice && tenant && email && contact)
        await transact(ctx.db, async (trx) => {
          const now = ctx.clock.now();
          if ('listId' in choice) return changeList(trx, tenant, contact.id, choice, now);
          const { status } = choice;
          const hasChanged = await changeConsent(trx, tenant, contact.id, { status, cause, emailId: email.id }, now);
          if (hasChanged && status === 'unsubscribed') await noteUnsubscribed(trx, email, now);
        });
      await show(res, link, choice);
    },
  );

  async function show(res: Response, link: Link | undefined, choice: Choice | null): Promise<void> {
    if (!link) {
      const message = 'It may have been cut off on its way. Use the link in the email itself, or reply to the email.';
      return pages.problem(res.status(404), { title: 'This link doesn’t work', message, next: [] });
    }
    const settings = await readSettings(ctx.db, link.tenant);
    pages.preferences(res, {
      sender: await readPageSender(ctx.db, link.tenant, settings),
      contact: await contactOf(link, choice),
    });
  }

  async function contactOf({ tenant, email, contact }: Link, choice: Choice | null) {
    // Read once more: it says what is so now.
    const now = contact && (await findContact(ctx.db, tenant, contact.id));
    if (!now) return email?.is_test === 1 ? ('test' as const) : null;
    const suppression = await findSuppression(ctx.db, tenant, now.email);
    const isSubscribed = now.status === 'subscribed';
    const lists = await publicLists(ctx.db, tenant, now.id);
    return {
      email: now.email,
      isSubscribed,
      isSuppressed: suppression?.scope === 'all',
      chosen: choice && 'status' in choice ? choice.status : null,
      lists,
      changedList: (choice && 'listId' in choice && lists.find(({ id }) => id === choice.listId)) || null,
    };
  }

  return router;
}

/** Mail programs post none of ours: they unsubscribe. Null for one of ours that names no list, or several. */
function choiceIn({ action, list }: Record<string, unknown>): Choice | null {
  if (action === 'join' || action === 'leave')
    return typeof list === 'string' ? { listId: list, isMember: action === 'join' } : null;
  return { status: action === 'resubscribe' ? 'subscribed' : 'unsubscribed' };
}

/** Nothing happens to one that isn't public. */
async function changeList(
  trx: Trx,
  tenant: Tenant,
  contactId: string,
  { listId, isMember }: { listId: string; isMember: boolean },
  now: number,
): Promise<void> {
  const list = await findList(trx, tenant, listId);
  if (list?.is_public === 1) await changeMembership(trx, tenant, contactId, { listId, isMember, by: 'contact' }, now);
}

async function publicLists(db: Db, tenant: Tenant, contactId: string): Promise<PreferencesList[]> {
  const on = new Set(
    (await findMemberships(db, tenant, contactId)).flatMap(({ list_id, is_member }) => (is_member ? list_id : [])),
  );
  return (await findLists(db, tenant))
    .filter(({ is_public }) => is_public === 1)
    .map(({ id, name, description }) => ({ id, name, description, isMember: on.has(id) }));
}

type Link = NonNullable<Awaited<ReturnType<typeof followLink>>>;

/** Undefined for a link that we didn't make; the email is undefined once its install was erased, the contact once it was deleted. */
async function followLink(ctx: Context, token: string) {
  const named = readUnsubscribeToken(ctx, token);
  if (!named) return undefined;
  const { tenant, emailId } = named;
  const email = await findEmail(ctx.db, tenant, emailId);
  const contact = email && (await findReader(ctx.db, email));
  return { tenant, email, contact };
}
