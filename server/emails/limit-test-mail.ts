/**
 * What workflows send in test mode really goes out, to a test list that takes any address: one that nobody confirmed gets
 * no more of an install in an hour than test emails may go. The rest is kept to be looked at. A server that only this machine
 * reaches is nobody's relay.
 */
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { isLocal } from '../config';
import type { Context } from '../context';
import type { Row } from '../db/schema';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';
import type { SendVerdict } from './may-send';
import { alone, findConfirmed } from './test-addresses';
import { recentTestSends, recordTestSend, wereCounted } from './test-sends';

interface Judged {
  email: Row<'email'>;
  to: string;
  verdict: SendVerdict;
}

/** The same, those over the limit captured. The others are counted from now on, whatever becomes of them, and once. */
export async function limitTestMail(ctx: Context, judged: readonly Judged[]): Promise<readonly Judged[]> {
  if (isLocal(ctx.config)) return judged;
  const going = judged.filter(({ email, verdict }) => email.livemode === 0 && verdict.kind === 'send');
  const over = new Set<Judged>();
  for (const own of groupBy(going, ({ email }) => tenantKey(tenantOf(email))).values()) {
    const tenant = tenantOf(own[0].email);
    const confirmed = await findConfirmed(ctx.db, tenant, [...new Set(own.map(({ to }) => to.toLowerCase()))]);
    const strangers = own.filter(({ to }) => !confirmed.has(to.toLowerCase()));
    for (const one of await withoutRoom(ctx, tenant, strangers)) over.add(one);
  }
  if (over.size === 0) return judged;
  const outcome = EMAIL_REASONS.overTestLimit(ctx.config.testSendsPerHour);
  return judged.map((one) =>
    over.has(one) ? { ...one, verdict: { kind: 'capture', reason: 'test_mode', outcome } } : one,
  );
}

async function withoutRoom(ctx: Context, tenant: Tenant, emails: readonly Judged[]): Promise<readonly Judged[]> {
  if (emails.length === 0) return emails;
  const limit = ctx.config.testSendsPerHour;
  const now = ctx.clock.now();
  return alone(ctx, tenant, async (trx) => {
    const counted = await wereCounted(
      trx,
      tenant,
      emails.map(({ email }) => email.id),
    );
    const others = emails.filter(({ email }) => !counted.has(email.id));
    const room = others.length === 0 ? 0 : limit - (await recentTestSends(trx, tenant, { limit, now })).length;
    for (const { email } of others.slice(0, room)) await recordTestSend(trx, tenant, { id: email.id, now });
    return others.slice(room);
  });
}
