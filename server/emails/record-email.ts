/** What became of an email that was taken from the queue, written to its row. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../context';
import { noteReminder } from '../audience/note-reminder';
import type { Db, Row } from '../db/schema';
import { ofTenant, tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { findWants, type Wants } from '../installs/wants';
import { recordEmails } from './tell-of-emails';

type Email = Row<'email'>;
type Result = Partial<Email> & { status: 'sent' | 'failed' };

/** The address of an email whose contact was deleted. */
export const RELEASED = '';

/** Together shorter than what is left of the lease. */
const RECORD_TRIES = 20;
const RECORD_AGAIN_MS = 500;

/** A database that is away for a moment must not make the mail go out twice. */
export async function recordSurely(ctx: Context, email: Email, result: Result, wants?: Wants): Promise<undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await recordResult(ctx, email, result, wants);
    } catch (error) {
      if (tries === RECORD_TRIES) throw error;
      await wait(RECORD_AGAIN_MS);
    }
  }
}

/** `wants`, what is wanted to be told: left out, it is read. */
export async function recordResult(ctx: Context, email: Email, result: Result, wants?: Wants): Promise<undefined> {
  const now = ctx.clock.now();
  // What a mail server said before it took the email stays.
  const failure = result.status === 'sent' ? {} : { last_error: result.outcome ?? null, decided_at: now };
  const wanted = wants ?? (await findWants(ctx.db, tenantOf(email)));
  await update(ctx, email, { ...result, ...failure, due_at: null, claims: 0 }, { wants: wanted, now });
  ctx.metrics.emails.inc({ status: result.status });
}

/**
 * Whatever has become of our claim: what was sent was sent. The mail server's words may name the person, and go unsaid when
 * the contact was deleted meanwhile.
 */
async function update(
  { db }: Context,
  email: Email,
  fields: Partial<Email>,
  { wants, now }: { wants: Wants; now: number },
): Promise<void> {
  const at = email.subject_kind === 'invoice' ? fields.sent_at : null;
  const type = fields.status === 'sent' ? 'email.sent' : 'email.failed';
  if (!at && !wants.has(type)) return void (await write(db, email, fields));
  await transact(db, async (trx) => {
    const isWritten = await write(trx, email, fields);
    if (at) await noteReminder(trx, tenantOf(email), [email.id], { first_mailed_at: at });
    if (isWritten) await recordEmails(trx, [email], type, now, () => wants);
  });
}

/** Whether anything was: another may have recorded its end. */
async function write(db: Db, email: Email, fields: Partial<Email>): Promise<boolean> {
  const set = (values: Partial<Email>) =>
    db
      .updateTable('email')
      .set(values)
      .where(ofTenant(tenantOf(email)))
      .where('id', '=', email.id)
      .where('status', '=', 'queued');
  const { numUpdatedRows } = await set(fields).where('to_address', '<>', RELEASED).executeTakeFirst();
  if (numUpdatedRows > 0n) return true;
  const released = await set({ ...fields, outcome: null, last_error: null }).executeTakeFirst();
  return released.numUpdatedRows > 0n;
}
