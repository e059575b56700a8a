/** What workflows ask for that doesn't come by itself: dates are planned for them, and changes of contacts told. */
import { isContactEventType, TOLD_AS } from '../../shared/contact-events';
import { isScheduleType } from '../../shared/schedules';
import type { Row, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { askForPlanning } from '../installs/planning-job';
import { setWants } from '../installs/wants';

/**
 * The workflow is about to be active with this trigger, or with none. Before its runs are touched, as events hold their
 * install first. `now` in epoch milliseconds.
 */
export async function askForEvents(
  trx: Trx,
  tenant: Tenant,
  { id, trigger_type }: Pick<Row<'workflow'>, 'id' | 'trigger_type'>,
  trigger: string | null,
  now: number,
): Promise<void> {
  const triggers = [trigger_type, ...(trigger === null ? [] : [trigger])];
  if (triggers.some(isScheduleType)) await askForPlanning(trx, tenant, now);
  if (triggers.some(isContactEventType)) await wantChanges(trx, tenant, id, trigger);
}

async function wantChanges(trx: Trx, tenant: Tenant, id: string, trigger: string | null): Promise<void> {
  const others = await trx
    .selectFrom('workflow')
    .select('trigger_type')
    .where(ofTenant(tenant))
    .where('status', '=', 'active')
    .where('id', '!=', id)
    .execute();
  const triggers = [...others.map((one) => one.trigger_type), trigger ?? ''];
  const types = triggers.filter(isContactEventType).map((type) => TOLD_AS[type]);
  await setWants(trx, tenant, 'workflows', types);
}
