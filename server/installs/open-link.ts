/**
 * The one-time link by which the Dashboard's extension opens the console: one use, 10 minutes. `now` is in epoch
 * milliseconds throughout.
 */
import type { Context } from '../context';
import type { Db, Row } from '../db/schema';
import { tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { randomToken, sha256 } from '../vault';

const OPEN_LINK_MS = 10 * 60_000;

/** The token of a fresh link: `/open/:token`. */
export async function createOpenLink(ctx: Context, tenant: Tenant, userId: string): Promise<string> {
  const token = randomToken();
  await ctx.db
    .insertInto('link_token')
    .values({
      ...tenantColumns(tenant),
      token_hash: sha256(token),
      user_id: userId,
      expires_at: ctx.clock.now() + OPEN_LINK_MS,
    })
    .execute();
  return token;
}

/** The install that a link opens; the link stays valid. Undefined when it is unknown, used or expired. */
export async function findOpenLink(db: Db, token: string, now: number): Promise<Tenant | undefined> {
  const row = await db.selectFrom('link_token').selectAll().where('token_hash', '=', sha256(token)).executeTakeFirst();
  return tenantIfValid(row, now);
}

/** The same, and deletes the link: of several callers only one gets the install. */
export async function consumeOpenLink(db: Db, token: string, now: number): Promise<Tenant | undefined> {
  const row = await db
    .deleteFrom('link_token')
    .where('token_hash', '=', sha256(token))
    .returningAll()
    .executeTakeFirst();
  return tenantIfValid(row, now);
}

const tenantIfValid = (row: Row<'link_token'> | undefined, now: number): Tenant | undefined =>
  row && row.expires_at > now ? tenantOf(row) : undefined;
