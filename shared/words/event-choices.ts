/** What events do, in a line. */
import { CATALOGUE, isOwnType, type ChoiceType } from '../catalogue';
import type { EventSettings, Settings } from '../settings';

type Events = Pick<Settings, 'events'>;

const typesOn = ({ events }: Events, types: readonly ChoiceType[]) => types.filter((type) => events[type].enabled);

export const countOn = (settings: Events, types: readonly ChoiceType[]): number => typesOn(settings, types).length;

/** "2 of 5 on: Invoice paid, Payment failed". */
export function namesOn(settings: Events, types: readonly ChoiceType[]): string {
  const on = typesOn(settings, types);
  const count = `${on.length} of ${types.length} on`;
  return on.length === 0 ? count : `${count}: ${on.map((type) => CATALOGUE[type].label).join(', ')}`;
}

/** "Starts workflows · Syncs name and billing · Group “VIP”". */
export function describeChoice(
  type: ChoiceType,
  { trigger_workflows, sync_name, sync_billing, user_group }: EventSettings,
): string {
  const synced = [sync_name && 'name', CATALOGUE[type].syncs_billing && sync_billing && 'billing']
    .filter(Boolean)
    .join(' and ');
  return [
    trigger_workflows ? 'Starts workflows' : 'Starts no workflow',
    ...(isOwnType(type) ? [] : [synced ? `Syncs ${synced}` : 'Syncs no details']),
    ...(user_group ? [`Group “${user_group}”`] : []),
  ].join(' · ');
}
