/** Which link of an email was opened, when and how often; nothing of who, where or with what. */
import { noteReminder } from '../audience/note-reminder';
import type { Db } from '../db/schema';
import { ofTenant, tenantColumns } from '../db/tenant';
import { transact } from '../db/transact';
import { readSettings } from '../settings/settings';
import { sha256 } from '../vault';
import { countsClicks, type ClickLink } from './click-links';
import { findEmail } from './emails';
import { RELEASED } from './record-email';
import { recordEmails } from './tell-of-emails';
import { isAutomatic, type ClickRequest } from './who-clicks';

export type ClickKind = 'person' | 'automatic' | 'not_counted';

/**
 * Not counted where the merchant counts none, any more either, and where the email's contact was deleted. `now` in epoch
 * milliseconds.
 */
export async function noteClick(db: Db, link: ClickLink, request: ClickRequest, now: number): Promise<ClickKind> {
  const { tenant, emailId, url } = link;
  const email = await findEmail(db, tenant, emailId);
  if (!email || !countsClicks(await readSettings(db, tenant), email.kind)) return 'not_counted';
  const automatic = isAutomatic(request, email, now) ? 1 : 0;
  const clicks = 1 - automatic;
  const first_at = automatic ? null : now;
  return transact(db, async (trx) => {
    // The email's row goes first: what deletes the contact meanwhile collides with this, or is seen by it.
    const { numUpdatedRows } = await trx
      .updateTable('email')
      .set((eb) => ({ clicked_at: automatic ? eb.ref('clicked_at') : eb.fn.coalesce('clicked_at', eb.val(now)) }))
      .where(ofTenant(tenant))
      .where('id', '=', emailId)
      .where('to_address', '<>', RELEASED)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return 'not_counted';
    if (!automatic && email.subject_kind === 'invoice') await noteReminder(trx, tenant, [emailId], { clicked_at: now });
    if (!automatic && email.clicked_at === null) await recordEmails(trx, [email], 'email.clicked', now);
    await trx
      .insertInto('email_click')
      .values({ ...tenantColumns(tenant), email_id: emailId, url_hash: sha256(url), url, first_at, clicks, automatic })
      .onConflict((oc) =>
        oc.columns(['account_id', 'livemode', 'email_id', 'url_hash']).doUpdateSet((eb) => ({
          first_at: eb.fn.coalesce('email_click.first_at', 'excluded.first_at'),
          clicks: eb('email_click.clicks', '+', clicks),
          automatic: eb('email_click.automatic', '+', automatic),
        })),
      )
      .execute();
    return automatic ? 'automatic' : 'person';
  });
}
