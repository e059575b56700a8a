/** Settings are compared, changed and saved part by part: by top-level section, and `events` by type. */
import { CHOICE_TYPES, type ChoiceType } from './catalogue';
import type { Settings, SettingsChange } from './settings';

type Section = Exclude<keyof Settings, 'revision' | 'events'>;
export type SettingsPart = Section | `events.${ChoiceType}`;

/** The parts that differ, sections first. */
export function changedParts(before: Settings, after: Settings): SettingsPart[] {
  const { revision: _revision, events: _events, ...sections } = after;
  return [
    ...(Object.keys(sections) as Section[]).filter((section) => differ(before[section], after[section])),
    ...CHOICE_TYPES.filter((type) => differ(before.events[type], after.events[type])).map(
      (type) => `events.${type}` as const,
    ),
  ];
}

/** The change that saves these parts and nothing else; without a revision. */
export function pickParts(settings: Settings, parts: readonly SettingsPart[]): SettingsChange {
  const picked = new Set<string>(parts);
  const pick = <T extends object>(from: T, prefix = '') =>
    Object.fromEntries(Object.entries(from).filter(([key]) => picked.has(prefix + key))) as Partial<T>;
  return { ...pick(settings), events: pick(settings.events, 'events.') };
}

export const applyChange = (settings: Settings, change: SettingsChange): Settings => ({
  ...settings,
  ...change,
  events: { ...settings.events, ...change.events },
});

/** `theirs` with the parts in which `mine` differs from `base`, which both were made from. */
export const rebase = (base: Settings, mine: Settings, theirs: Settings): Settings =>
  applyChange(theirs, pickParts(mine, changedParts(base, mine)));

/** Parts are texts, lists of texts, or objects of plain values in whatever order. */
const differ = (a: unknown, b: unknown): boolean => stringify(a) !== stringify(b);
const stringify = (part: unknown): string =>
  JSON.stringify(typeof part === 'object' ? Object.entries(part ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)) : part);
