/** Events as the options of a select, by group. */
import {
  apiEventType,
  CATALOGUE,
  CHOICE_TYPES,
  entryOf,
  TRIGGER_TYPES,
  typesFrom,
  type KnownTriggerType,
  type ShownSource,
} from '../../../shared/catalogue';
import { API_EXIT_WORDS, API_START_WORDS } from '../../../shared/words/workflows';
import type { SelectOption } from './form';

const optionsOf = (types: readonly KnownTriggerType[]): readonly SelectOption[] =>
  types.map((value) => ({ value, label: CATALOGUE[value].label, group: CATALOGUE[value].group }));

/** All that may stand in the log and start a workflow. */
export const EVENT_OPTIONS = optionsOf(TRIGGER_TYPES);
/** Events of programs, by the names that came so far. */
export const apiEventOptions = (names: readonly string[]): readonly SelectOption[] =>
  names.map(apiEventType).map((value) => ({ value, label: entryOf(value).label, group: entryOf(value).group }));
/** What may end a run; programs' events go by a name that is written. */
export const EXIT_OPTIONS: readonly SelectOption[] = [
  ...optionsOf(CHOICE_TYPES),
  { value: apiEventType(''), label: API_EXIT_WORDS.option, group: 'API' },
];
/** What may start a workflow. */
export const START_OPTIONS: readonly SelectOption[] = [
  ...EVENT_OPTIONS,
  { value: apiEventType(''), label: API_START_WORDS.option, group: 'API' },
];
/** What may start a workflow, of one source. */
export const optionsFrom = (source: ShownSource): readonly SelectOption[] => optionsOf(typesFrom(source));
