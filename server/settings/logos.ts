/** An install's logo. Its address holds for as long as there is one: sent emails show the newest. */
import { createHash } from 'node:crypto';
import { selectByTenants } from '../db/keys';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { randomToken } from '../vault';

export type Logo = Row<'logo'>;

export const findLogo = (db: Db, tenant: Tenant): Promise<Logo | undefined> =>
  db.selectFrom('logo').selectAll().where(ofTenant(tenant)).executeTakeFirst();

/** By tenantKey, of those that have one. */
export async function readLogosOfAll(db: Db, tenants: readonly Tenant[]): Promise<Map<string, Logo>> {
  const rows = await selectByTenants(db, 'logo', tenants);
  return new Map(rows.map((row) => [tenantKey(tenantOf(row)), row]));
}

/** `png` has been made by readLogo. */
export function saveLogo(
  db: Db,
  tenant: Tenant,
  { png, width, height }: { png: Buffer; width: number; height: number },
  now: number,
): Promise<void> {
  const version = createHash('sha256').update(png).digest('hex').slice(0, 16);
  const about = { version, width, height, updated_at: now };
  const image = { png: png.toString('base64') };
  return transact(db, async (trx) => {
    await trx
      .insertInto('logo')
      .values({ ...tenantColumns(tenant), token: randomToken(), ...about })
      .onConflict((oc) => oc.columns(['account_id', 'livemode']).doUpdateSet(about))
      .execute();
    await trx
      .insertInto('logo_image')
      .values({ ...tenantColumns(tenant), ...image })
      .onConflict((oc) => oc.columns(['account_id', 'livemode']).doUpdateSet(image))
      .execute();
  });
}

export async function deleteLogo(trx: Trx, tenant: Tenant): Promise<void> {
  await trx.deleteFrom('logo').where(ofTenant(tenant)).execute();
  await trx.deleteFrom('logo_image').where(ofTenant(tenant)).execute();
}

/** The picture, and which one it is. */
export async function findLogoImage(db: Db, token: string): Promise<{ png: Buffer; version: string } | undefined> {
  const logo = await db.selectFrom('logo').selectAll().where('token', '=', token).executeTakeFirst();
  if (!logo) return undefined;
  const image = await db
    .selectFrom('logo_image')
    .select('png')
    .where(ofTenant(tenantOf(logo)))
    .executeTakeFirst();
  return image && { png: Buffer.from(image.png, 'base64'), version: logo.version };
}
