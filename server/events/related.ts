/** Which event caused which. */
import type { EventView } from '../../shared/api';
import { isOwnType } from '../../shared/catalogue';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { fieldsOf, id as idIn } from '../stripe-objects/fields';
import { readChange } from '../stripe-objects/transitions';
import { readEvent } from './events';
import { ownEventId } from './own-events';

/** As far as the payloads are kept, which name it. */
export interface Related {
  causedBy: EventView | null;
  caused: EventView[];
}

export async function readRelated(
  db: Db,
  tenant: Tenant,
  { type, payload }: { type: string; payload: unknown },
): Promise<Related> {
  const event = fieldsOf(payload);
  if (isOwnType(type)) {
    const cause = idIn(event.caused_by);
    return { causedBy: (cause && (await readEvent(db, tenant, cause))) || null, caused: [] };
  }
  const change = readChange(type, event);
  if (!change) return { causedBy: null, caused: [] };
  const subscription = String(change.object.id);
  const ids = change.transitions.map((one) => ownEventId(one.type, subscription, one.at));
  if (change.isBeginningOrEnd) ids.push(ownEventId('lifecycle.reactivated', subscription));
  const caused: EventView[] = [];
  for (const id of ids) {
    const found = await readEvent(db, tenant, id);
    if (found) caused.push(found);
  }
  return { causedBy: null, caused };
}
