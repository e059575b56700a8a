/** Turns one type of events on, where a person sees that it is off. */
import { choiceFor, type Settings } from '../../shared/settings';
import { isChoiceType, type TriggerType } from '../../shared/catalogue';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { changeSettings, readSettings } from './settings';

/**
 * Its other options stay, but that it starts workflows where that is asked for. A form of the settings that was opened
 * before is told, as after any save. Throws conflict when somebody saves just then.
 */
export async function turnOnEvent(
  db: Db,
  tenant: Tenant,
  type: TriggerType,
  { startsWorkflows }: { startsWorkflows: boolean },
  now: number,
): Promise<Settings> {
  const settings = await readSettings(db, tenant);
  const { enabled, trigger_workflows } = choiceFor(settings, type);
  if (!isChoiceType(type) || (enabled && (trigger_workflows || !startsWorkflows))) return settings;
  const choice = { ...settings.events[type], enabled: true, ...(startsWorkflows ? { trigger_workflows: true } : {}) };
  return changeSettings(db, tenant, { revision: settings.revision, events: { [type]: choice } }, now);
}
