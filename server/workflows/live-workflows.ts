/** The workflows that an event may start or end runs of. */
import { createCache } from '../cache';
import { keyFor, keyText, selectByKeys, selectByTenants } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';

/** Without the draft beside it, of which runs know nothing. */
export type LiveWorkflow = Pick<Row<'workflow'>, (typeof COLUMNS)[number] | 'definition' | 'account_id' | 'livemode'>;

const COLUMNS = ['id', 'name', 'status', 'revision', 'trigger_type', 'activated_at', 'created_at'] as const;

/** By id and revision: every batch of events asks for them, and a definition is as long as all its emails. */
const definitions = createCache<string, string>(1_000);

/** By tenantKey, in the order of their making. Paused ones too: an exit event ends their parked runs. */
export async function findLiveWorkflows(db: Db, tenants: readonly Tenant[]): Promise<Map<string, LiveWorkflow[]>> {
  const where = "status in ('active', 'paused')";
  const rows = await selectByTenants(db, 'workflow', tenants, { columns: COLUMNS, where });
  const nameOf = (row: Pick<LiveWorkflow, 'account_id' | 'livemode' | 'id' | 'revision'>) =>
    keyText(row, `${row.id} ${row.revision}`);
  const texts = new Map(rows.map((row) => [nameOf(row), definitions.get(nameOf(row))]));
  const unknown = rows.filter((row) => texts.get(nameOf(row)) === undefined);
  const keys = unknown.map((row) => keyFor(row, row.id));
  for (const row of await selectByKeys(db, 'workflow', 'id', keys))
    texts.set(nameOf(row), definitions.set(nameOf(row), row.definition));
  // Outside of a transaction one may have been changed meanwhile: the next batch knows it.
  const live = rows.flatMap((row) => {
    const definition = texts.get(nameOf(row));
    return definition === undefined ? [] : { ...row, definition };
  });
  return groupBy(
    live.sort((a, b) => (a.id < b.id ? -1 : 1)),
    (row) => tenantKey(tenantOf(row)),
  );
}
