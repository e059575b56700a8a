/** The merchant's choices for one install, kept as one JSON document. */
import { defaultSettings, type Settings } from '../../shared/settings';
import { createCache } from '../cache';
import type { Db, Trx } from '../db/schema';
import { selectByTenants } from '../db/keys';
import { ofTenant, tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';

export async function readSettings(db: Db, tenant: Tenant): Promise<Settings> {
  const row = await db.selectFrom('setting').select('settings').where(ofTenant(tenant)).executeTakeFirst();
  return parseSettings(row?.settings);
}

/** By tenantKey, one for each; not to be changed in place. */
export async function readSettingsOfAll(db: Db, tenants: readonly Tenant[]): Promise<Map<string, Settings>> {
  const rows = await selectByTenants(db, 'setting', tenants);
  const saved = new Map(rows.map((row) => [tenantKey(tenantOf(row)), row.settings]));
  return new Map(
    tenants.map((tenant) => {
      const text = saved.get(tenantKey(tenant)) ?? '{}';
      return [tenantKey(tenant), parsed.remember(text, () => parseSettings(text))];
    }),
  );
}

/** Every batch of events reads those of its accounts, which seldom change. */
const parsed = createCache<string, Settings>(200);

/** Defaults stand in for what the merchant never saved, also for choices that newer releases add. */
function parseSettings(text: string | undefined): Settings {
  const defaults = defaultSettings();
  if (text === undefined) return defaults;
  const saved = JSON.parse(text) as Settings;
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

export const deleteSettings = (trx: Trx, tenant: Tenant) => trx.deleteFrom('setting').where(ofTenant(tenant)).execute();
