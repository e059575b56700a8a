/** The merchant's choices for one install, kept as one JSON document. */
import { defaultSettings, type Settings, type SettingsChange } from '../../shared/settings';
import { applyChange } from '../../shared/settings-changes';
import { createCache } from '../cache';
import { databaseOf } from '../db/engine';
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
  const saves = await selectByTenants(db, 'setting', tenants, { columns: ['revision', 'updated_at'] });
  const parsed = cacheOf(db);
  const found = new Map<string, Settings>();
  const unknown = saves.filter((save) => {
    const settings = parsed.get(keyOf(save));
    if (settings) found.set(tenantKey(tenantOf(save)), settings);
    return !settings;
  });
  if (unknown.length > 0)
    for (const row of await selectByTenants(db, 'setting', unknown.map(tenantOf)))
      found.set(tenantKey(tenantOf(row)), parsed.set(keyOf(row), parseSettings(row)));
  return new Map(tenants.map((tenant) => [tenantKey(tenant), found.get(tenantKey(tenant)) ?? NEVER_SAVED]));
}

/** Every batch of events asks for those of its accounts, which seldom change: of what is known only the save is read. */
const caches = new WeakMap<object, ReturnType<typeof createCache<string, Settings>>>();

function cacheOf(db: Db) {
  const cache = caches.get(databaseOf(db)) ?? createCache<string, Settings>(1_000);
  caches.set(databaseOf(db), cache);
  return cache;
}

/** The time too, for an erased install begins to count anew. */
const keyOf = (save: Omit<Row<'setting'>, 'settings'>): string =>
  `${tenantKey(tenantOf(save))} ${save.revision} ${save.updated_at}`;

const NEVER_SAVED = defaultSettings();

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
