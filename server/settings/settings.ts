/** The merchant's choices for one install, kept as one JSON document. */
import { defaultSettings, type Settings } from '../../shared/settings';
import type { Db } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';

/** Defaults stand in for what the merchant never saved, also for choices that newer releases add. */
export async function readSettings(db: Db, tenant: Tenant): Promise<Settings> {
  const row = await db.selectFrom('setting').select('settings').where(ofTenant(tenant)).executeTakeFirst();
  const defaults = defaultSettings();
  if (!row) return defaults;
  const saved = JSON.parse(row.settings) as Settings;
  return { ...defaults, ...saved, events: { ...defaults.events, ...saved.events } };
}

/** `settings` have passed settingsSchema. */
export async function saveSettings(db: Db, tenant: Tenant, settings: Settings, now: number): Promise<Settings> {
  const row = { settings: JSON.stringify(settings), updated_at: now };
  await db
    .insertInto('setting')
    .values({ ...tenantColumns(tenant), ...row })
    .onConflict((oc) => oc.columns(['account_id', 'livemode']).doUpdateSet(row))
    .execute();
  return settings;
}
