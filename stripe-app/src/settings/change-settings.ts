/** Changes to Settings, each giving a new value. */
import type { ChoiceType } from '../../../shared/catalogue';
import type { EventSettings, Settings } from '../../../shared/settings';
import { nameSetting } from '../../../shared/words/fields';
import type { Failure } from '../client';

export const changeEvent = (settings: Settings, type: ChoiceType, change: Partial<EventSettings>): Settings => ({
  ...settings,
  events: { ...settings.events, [type]: { ...settings.events[type], ...change } },
});

export const setEnabled = (settings: Settings, types: readonly ChoiceType[], enabled: boolean): Settings =>
  types.reduce((changed, type) => changeEvent(changed, type, { enabled }), settings);

export const turnOn = (settings: Settings, types: readonly ChoiceType[]): Settings => setEnabled(settings, types, true);

/** Says which field was refused in the words of the page: "Invoice paid, user group: must have at most 100 characters". */
export function describeRefusal({ message, param }: Failure): string {
  if (!param) return message;
  const what = message.startsWith(`${param}: `) ? message.slice(param.length + 2) : message;
  const where = nameSetting(param);
  return where ? `${where}: ${what}` : message;
}
