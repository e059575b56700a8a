/**
 * Whom test emails may reach. In live mode, with a mail server, only the test list, the account's own address, and those
 * who confirmed by a link: anyone who can open the app could write to strangers otherwise. In test mode, and without a
 * mail server, nothing leaves that isn't on the list anyway (may-send.ts), and little to who didn't confirm (limit-test-mail.ts).
 */
import type { Insertable } from 'kysely';
import { TEST_EMAIL_WORDS } from '../../shared/words/test-emails';
import { findSuppression } from '../audience/suppressions';
import type { Context } from '../context';
import { findInstall } from '../installs/installs';
import { deleteByKeys, keyFor, selectByKeys, selectByTenants } from '../db/keys';
import type { Db, Row, Schema, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { readSettings } from '../settings/settings';
import { insertEmails, type ComposedEmail } from './compose';
import { composeConfirmation } from './confirmation';
import { RELEASED } from './record-email';
import { HOUR_MS, recentTestSends, recordTestSend, wasAsked } from './test-sends';

/** An address that has not answered by then is forgotten. */
const UNANSWERED_MS = 30 * 24 * HOUR_MS;
const FORGOTTEN_AT_ONCE = 100;

/** Queues a test email. Throws invalid_request for an address that has to confirm first, and rate_limited. */
export async function queueTestEmail(ctx: Context, tenant: Tenant, email: ComposedEmail): Promise<void> {
  const { to_address: to } = email.row;
  const refusal = await alone(ctx, tenant, async (trx) => {
    if (ctx.transport && tenant.livemode && !(await isKnown(trx, tenant, to))) return ask(ctx, trx, tenant, to, 'to');
    await requireRoom(ctx, trx, tenant, 'to');
    await insertEmails(trx, [email]);
    await recordTestSend(trx, tenant, { id: email.row.id, now: ctx.clock.now() });
    return undefined;
  });
  ctx.nudge();
  if (refusal) throw refusal;
}

/**
 * Before somebody whom the Dashboard sent adds addresses to the live test list: throws invalid_request unless each is on
 * it, confirmed, or the account's own. `param` names the list.
 */
export async function requireConfirmed(
  ctx: Context,
  tenant: Tenant,
  addresses: readonly string[],
  param: string,
): Promise<void> {
  if (!tenant.livemode) return;
  const refusals: AppError[] = [];
  for (const [n, address] of addresses.entries()) {
    if (await isKnown(ctx.db, tenant, address)) continue;
    refusals.push(await alone(ctx, tenant, (trx) => ask(ctx, trx, tenant, address, `${param}.${n}`)));
    ctx.nudge();
  }
  if (refusals[0]) throw refusals[0];
}

/** Of several that ask for the same install at once, one after the other: each sees what the ones before have sent. */
export const alone = <T>(ctx: Context, tenant: Tenant, work: (trx: Trx) => Promise<T>): Promise<T> =>
  ctx.db.transaction().execute(async (trx) => {
    await selectByTenants(trx, 'install', [tenant], { lock: 'wait' });
    return work(trx);
  });

async function isKnown(db: Db, tenant: Tenant, address: string): Promise<boolean> {
  const { test_recipients } = await readSettings(db, tenant);
  if (test_recipients.includes(address)) return true;
  if ((await findOwnAddress(db, tenant)) === address) return true;
  return (await findTestAddress(db, tenant, address))?.confirmed_at != null;
}

/** Which of these normalised addresses are the account's own, or confirmed, in whichever mode. */
export async function findConfirmed(db: Db, tenant: Tenant, addresses: readonly string[]): Promise<Set<string>> {
  const keys = [true, false].flatMap((livemode) =>
    addresses.map((address) => keyFor(tenantColumns({ ...tenant, livemode }), address)),
  );
  const asked = await selectByKeys(db, 'test_address', 'address', keys);
  const confirmed = new Set(asked.filter((row) => row.confirmed_at !== null).map(({ address }) => address));
  const own = await findOwnAddress(db, tenant);
  return own === undefined ? confirmed : confirmed.add(own);
}

const findOwnAddress = async (db: Db, tenant: Tenant): Promise<string | undefined> =>
  (await findInstall(db, tenant))?.account_email?.trim().toLowerCase();

const findTestAddress = (db: Db, tenant: Tenant, address: string): Promise<Row<'test_address'> | undefined> =>
  db.selectFrom('test_address').selectAll().where(ofTenant(tenant)).where('address', '=', address).executeTakeFirst();

/** Asks the address, once a day at most, and returns what is to be said. Throws rate_limited. */
async function ask(ctx: Context, trx: Trx, tenant: Tenant, address: string, param: string): Promise<AppError> {
  const refuse = (words: string) => new AppError('invalid_request', `${param}: ${words}`, param);
  if (!ctx.transport) return refuse(TEST_EMAIL_WORDS.cannotAsk);
  if (await findSuppression(trx, tenant, address)) return refuse(TEST_EMAIL_WORDS.saidNo);
  const now = ctx.clock.now();
  if (await wasAsked(trx, tenant, address, now)) return refuse(TEST_EMAIL_WORDS.askedBefore);
  // No fault of one address of a list.
  await requireRoom(ctx, trx, tenant, param.replace(/\.\d+$/, ''));
  const email = composeConfirmation(ctx, tenant, address, now);
  await insertEmails(trx, [email]);
  await recordTestSend(trx, tenant, { id: email.row.id, asked: address, now });
  const asked: Insertable<Schema['test_address']> = {
    ...tenantColumns(tenant),
    address,
    email_id: email.row.id,
    asked_at: now,
    confirmed_at: null,
  };
  await trx
    .insertInto('test_address')
    .values(asked)
    .onConflict((oc) =>
      oc.columns(['account_id', 'livemode', 'address']).doUpdateSet({ email_id: asked.email_id, asked_at: now }),
    )
    .execute();
  return refuse(TEST_EMAIL_WORDS.asked);
}

/** Test emails and confirmations of the last hour are counted in a table: a restart forgets none. Throws rate_limited. */
async function requireRoom({ config, clock }: Context, db: Db, tenant: Tenant, param: string): Promise<void> {
  const limit = config.testSendsPerHour;
  const oldest = (await recentTestSends(db, tenant, { limit, now: clock.now() }))[limit - 1];
  if (oldest === undefined) return;
  const at = `${new Date(oldest + HOUR_MS).toISOString().slice(11, 16)} UTC`;
  throw new AppError('rate_limited', `${param}: ${TEST_EMAIL_WORDS.tooMany(limit, at)}`, param);
}

/** Confirms what the link of an email asked for. False when nothing of it is left. `now` in epoch milliseconds. */
export async function confirmAddress(db: Db, tenant: Tenant, address: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('test_address')
    .set({ confirmed_at: now })
    .where(ofTenant(tenant))
    .where('address', '=', address)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Addresses that were asked long ago and never answered: who they are is nobody's business here any more. How many of a batch there were. */
export async function forgetUnanswered(db: Db, now: number): Promise<number> {
  const before = now - UNANSWERED_MS;
  const unanswered = await db
    .selectFrom('test_address')
    .selectAll()
    .where('confirmed_at', 'is', null)
    .where('asked_at', '<=', before)
    .limit(FORGOTTEN_AT_ONCE)
    .execute();
  for (const row of unanswered) await db.transaction().execute((trx) => forgetStranger(trx, row, before));
  return unanswered.length;
}

/** The emails that asked stay without an address. Nothing happens to one that was asked again or has answered meanwhile. */
async function forgetStranger(trx: Trx, asked: Row<'test_address'>, before: number): Promise<void> {
  const { address } = asked;
  const { numDeletedRows } = await trx
    .deleteFrom('test_address')
    .where(ofTenant(tenantOf(asked)))
    .where('address', '=', address)
    .where('confirmed_at', 'is', null)
    .where('asked_at', '<=', before)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return;
  const emails = await trx
    .updateTable('email')
    .set({ to_address: RELEASED, outcome: null, last_error: null })
    .where(ofTenant(tenantOf(asked)))
    .where('is_test', '=', 1)
    .where('created_at', '<=', before)
    .where('to_address', '=', address)
    .where('status', '<>', 'queued')
    .returning('id')
    .execute();
  await deleteByKeys(
    trx,
    'email_body',
    'email_id',
    emails.map(({ id }) => keyFor(asked, id)),
  );
}
