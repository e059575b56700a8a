/** Changes to Settings, each giving a new value. */
import { CATALOGUE, EVENT_TYPES, type EventType } from '../../../shared/catalogue';
import type { EventSettings, Settings } from '../../../shared/settings';
import type { Failure } from '../client';

export const changeEvent = (settings: Settings, type: EventType, change: Partial<EventSettings>): Settings => ({
  ...settings,
  events: { ...settings.events, [type]: { ...settings.events[type], ...change } },
});

export const setEnabled = (settings: Settings, types: readonly EventType[], enabled: boolean): Settings =>
  types.reduce((changed, type) => changeEvent(changed, type, { enabled }), settings);

export const turnOn = (settings: Settings, types: readonly EventType[]): Settings => setEnabled(settings, types, true);

/** One address per line; commas and blank lines are forgiven. */
export const readAddresses = (text: string): string[] =>
  text
    .split(/[\n,]/)
    .map((address) => address.trim())
    .filter(Boolean);

const FIELDS: Record<string, string> = {
  user_group: 'user group',
  test_recipients: 'Test addresses',
  consent: 'New contacts',
  on_customer_deleted: 'Deleted customers',
};

/** Says which field was refused in the words of the page: "Invoice paid, user group: must have at most 100 characters". */
export function describeRefusal({ message, param }: Failure): string {
  if (!param) return message;
  const what = message.startsWith(`${param}: `) ? message.slice(param.length + 2) : message;
  const type = [...EVENT_TYPES].sort((a, b) => b.length - a.length).find((known) => param.includes(`events.${known}`));
  const field = FIELDS[param.split('.').find((part) => part in FIELDS) ?? ''];
  const where = [type && CATALOGUE[type].label, field].filter(Boolean).join(', ');
  return where ? `${where}: ${what}` : message;
}
