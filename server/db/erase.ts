/** Deletes an install's rows a batch at a time, so that millions of them hold nobody up. */
import type { Db, Schema } from './schema';
import { ofTenant, type Tenant } from './tenant';

/** A table, and the column that counts out a batch of its rows. Each folder names its own. */
export interface ErasedTable {
  table: keyof Schema;
  key: string;
}

const BATCH = 500;

/** Returns how many rows were deleted; 0: none is left. */
export async function eraseBatch(db: Db, tenant: Tenant, { table, key }: ErasedTable): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom(table as 'event')
    .where(ofTenant(tenant))
    .where(key as 'id', 'in', (eb) =>
      eb
        .selectFrom(table as 'event')
        .select(key as 'id')
        .where(ofTenant(tenant))
        .limit(BATCH),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
