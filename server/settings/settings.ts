/** The merchant's choices for one install, kept as one JSON document. */
import { defaultSettings, type Settings, type SettingsChange } from '../../shared/settings';
import { applyChange } from '../../shared/settings-changes';
import { createCache } from '../cache';
import { selectByTenants } from '../db/keys';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { askToPlanAnew } from '../installs/planning-job';

type Saved = Pick<Row<'setting'>, 'settings' | 'revision'>;

export async function readSettings(db: Db, tenant: Tenant): Promise<Settings> {
  const columns = ['settings', 'revision'] as const;
  return parseSettings(await db.selectFrom('setting').select(columns).where(ofTenant(tenant)).executeTakeFirst());
}

/** By tenantKey, one for each; not to be changed in place. */
export async function readSettingsOfAll(db: Db, tenants: readonly Tenant[]): Promise<Map<string, Settings>> {
  const rows = await selectByTenants(db, 'setting', tenants);
  const saved = new Map(rows.map((row) => [tenantKey(tenantOf(row)), row]));
  return new Map(
    tenants.map((tenant) => {
      const row = saved.get(tenantKey(tenant));
      const key = row ? `${row.revision} ${row.settings}` : '';
      return [tenantKey(tenant), parsed.remember(key, () => parseSettings(row))];
    }),
  );
}

/** Every batch of events reads those of its accounts, which seldom change. */
const parsed = createCache<string, Settings>(200);

/** Defaults stand in for what the merchant never saved, also for choices that newer releases add. */
function parseSettings(row: Saved | undefined): Settings {
  const defaults = defaultSettings();
  if (!row) return defaults;
  return { ...applyChange(defaults, JSON.parse(row.settings) as SettingsChange), revision: row.revision };
}

/**
 * Saves the parts that `change` names, as settingsChangeSchema gave it; the others stay. Throws conflict when its
 * `revision` is not the stored one; without one the last writer wins.
 */
export function changeSettings(db: Db, tenant: Tenant, change: SettingsChange, now: number): Promise<Settings> {
  return transact(db, async (trx) => {
    const stored = await readSettings(trx, tenant);
    if (change.revision !== undefined && change.revision !== stored.revision)
      throw new AppError(
        'conflict',
        'These settings were changed meanwhile. Load them again to see the changes.',
        'revision',
      );
    const changed = applyChange(stored, change);
    if (changed.timezone !== stored.timezone) await askToPlanAnew(trx, tenant, now);
    return saveSettings(trx, tenant, changed, now);
  });
}

/** All of them, whatever is stored; their own revision counts for nothing. `settings` have passed settingsSchema. */
export async function saveSettings(db: Db, tenant: Tenant, settings: Settings, now: number): Promise<Settings> {
  const { revision: _revision, ...chosen } = settings;
  const row = { settings: JSON.stringify(chosen), updated_at: now };
  const { revision } = await db
    .insertInto('setting')
    .values({ ...tenantColumns(tenant), ...row, revision: 1 })
    .onConflict((oc) =>
      oc
        .columns(['account_id', 'livemode'])
        .doUpdateSet((eb) => ({ ...row, revision: eb('setting.revision', '+', 1) })),
    )
    .returning('revision')
    .executeTakeFirstOrThrow();
  return { ...settings, revision };
}

export const deleteSettings = (trx: Trx, tenant: Tenant) => trx.deleteFrom('setting').where(ofTenant(tenant)).execute();
