/** What is decided about claimed emails, once they are made, and its record in their rows. */
import { setTimeout as wait } from 'node:timers/promises';
import { allDone } from '../all-done';
import { noteReminder } from '../audience/note-reminder';
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { inList, upsert } from '../db/bulk';
import type { Row } from '../db/schema';
import { ofTenant, tenantKey, tenantOf } from '../db/tenant';
import { groupBy } from '../group-by';
import type { ComposedEmail } from './compose';
import type { SendVerdict } from './may-send';
import type { Prepared } from './preparation';
import { BACK_OFF } from './send-email';
import { recordEmails } from './tell-of-emails';

type Email = Row<'email'>;

/** A plain email takes too long as well where a busy machine lets nobody work: it is held when it did each time. */
const COSTLY_TRIES = 3;

/** What is decided, once it was made; `making`: it takes longer. */
type Decided =
  | Exclude<Prepared, { kind: 'ready' }>
  | { kind: 'ready'; made: ComposedEmail | null }
  | { kind: 'making'; email: Promise<ComposedEmail> };

/** `ms` null: as long as it takes. */
export async function madeWithin(ms: number | null, prepared: readonly Prepared[]): Promise<Decided[]> {
  const made = new Map<Prepared, ComposedEmail>();
  const all = allDone(prepared.map(async (one) => one.kind === 'ready' && one.made && made.set(one, await one.made)));
  if (ms === null) await all;
  else {
    const inTime = new AbortController();
    const over = wait(ms, undefined, { signal: inTime.signal }).catch(() => undefined);
    await Promise.race([all, over]).finally(() => inTime.abort());
  }
  return prepared.map((one) => {
    if (one.kind !== 'ready') return one;
    const email = made.get(one);
    return one.made && !email ? { kind: 'making', email: one.made } : { kind: 'ready', made: email ?? null };
  });
}

interface Judged {
  email: Email;
  verdict: SendVerdict;
  /** Undefined for those that are kept back whatever they say. */
  prepared: Decided | undefined;
}

export const untrueOf = (going: readonly { email: Email }[], decided: readonly Decided[]) =>
  going.flatMap(({ email }, n) => {
    const one = decided[n];
    return one?.kind === 'untrue' ? [{ email, reason: one.reason, outcome: one.outcome }] : [];
  });

/** Records what is decided; returns what is still to do for the others. */
export async function recordPrepared(
  ctx: Context,
  judged: readonly Judged[],
): Promise<Map<Email, 'ask' | 'send' | Promise<ComposedEmail>>> {
  const left = new Map<Email, 'ask' | 'send' | Promise<ComposedEmail>>();
  const changes: { email: Email; fields: Partial<Email> }[] = [];
  const bodies: Row<'email_body'>[] = [];
  const over = { due_at: null, claims: 0, decided_at: ctx.clock.now() };
  for (const { email, verdict, prepared } of judged) {
    const { kind } = email;
    const record = (fields: Partial<Email>) => changes.push({ email, fields });
    if (verdict.kind === 'keep') {
      const { status, reason, outcome } = verdict;
      record({ kind, status, reason, outcome, ...over });
      continue;
    }
    if (prepared?.kind === 'ask') left.set(email, 'ask');
    else if (prepared?.kind === 'making') left.set(email, prepared.email);
    else if (prepared?.kind === 'untrue' || prepared?.kind === 'keep') {
      const { reason, outcome } = prepared;
      record({ kind, status: 'suppressed', reason, outcome, ...over });
    } else if (prepared?.kind === 'wait')
      record({ due_at: prepared.dueAt, claims: 0, reason: null, outcome: prepared.outcome });
    else {
      const made = prepared?.made;
      const { to_address, subject, reason = null, outcome = null } = made?.row ?? email;
      const fields = { kind, to_address, subject };
      // The step was edited in between: who may get it is to be judged anew.
      const againIn = made && made.row.kind !== kind ? 0 : made?.againIn;
      if (made?.body && againIn === undefined) bodies.push(made.body);
      if (againIn !== undefined) {
        // Not its fault: it doesn't count as a try.
        record({ due_at: ctx.clock.now() + againIn, claims: 0, attempts: email.attempts - 1, outcome });
      } else if (made && reason === 'over_budget' && email.attempts < COSTLY_TRIES) {
        record({ due_at: ctx.clock.now() + backOffMs(email.attempts, BACK_OFF), claims: 0, outcome });
      } else if (made && !made.body) record({ ...fields, status: 'held', reason, outcome, ...over });
      else if (verdict.kind === 'capture')
        record({ ...fields, status: 'captured', reason: verdict.reason, outcome: verdict.outcome, ...over });
      else {
        if (made) record({ ...fields, outcome: null, reason: null });
        left.set(email, 'send');
      }
    }
  }
  const written = await recordChanges(ctx, changes, bodies);
  // What isn't ours any more isn't ours to send: its lease was over, or it was ended meanwhile.
  for (const { email } of changes) if (!written.has(email.id)) left.delete(email);
  return left;
}

/**
 * Emails to which the same happens in one statement; returns the ids of those that were written to. Nothing is written to
 * those whose contact was deleted while they were made, that have ended meanwhile, or that another claim has taken.
 */
async function recordChanges(
  ctx: Context,
  changes: readonly { email: Email; fields: Partial<Email> }[],
  bodies: readonly Row<'email_body'>[],
): Promise<Set<string>> {
  const written = new Set<string>();
  if (changes.length === 0 && bodies.length === 0) return written;
  const alike = ({ email, fields }: (typeof changes)[number]) =>
    JSON.stringify([tenantKey(tenantOf(email)), email.attempts, Object.entries(fields)]);
  await ctx.db.transaction().execute(async (trx) => {
    for (const group of groupBy(changes, alike).values()) {
      const [{ email, fields }] = group;
      const rows = await trx
        .updateTable('email')
        .set(fields)
        .where(ofTenant(tenantOf(email)))
        .where('status', '=', 'queued')
        .where('id', 'in', inList(group.map((one) => one.email.id)))
        // Still of the claim under which it was judged. A deletion ends that as well.
        .where('attempts', '=', email.attempts)
        .where('claims', '>', 0)
        .returning('id')
        .execute();
      for (const { id } of rows) written.add(id);
      if (fields.status === 'failed') {
        const failed = group.map((one) => one.email).filter(({ id }) => written.has(id));
        await recordEmails(trx, failed, 'email.failed', ctx.clock.now());
      }
      // In test mode a captured email stands for one that was sent.
      if (fields.status === 'captured' && email.livemode === 0) {
        const captured = rows.map(({ id }) => id);
        await noteReminder(trx, tenantOf(email), captured, { first_mailed_at: ctx.clock.now() });
      }
    }
    await upsert(
      trx,
      'email_body',
      ['email_id'],
      bodies.filter((body) => written.has(body.email_id)),
    );
  });
  for (const { fields } of changes) if (fields.status) ctx.metrics.emails.inc({ status: fields.status });
  return written;
}
