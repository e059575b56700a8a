/** Events as the options of a select, by group. */
import {
  apiEventType,
  CATALOGUE,
  CHOICE_TYPES,
  entryOf,
  TRIGGER_TYPES,
  typesFrom,
  type KnownTriggerType,
  type TriggerSource,
} from '../../../shared/catalogue';
import type { SelectOption } from './form';

const optionsOf = (types: readonly KnownTriggerType[]): readonly SelectOption[] =>
  types.map((value) => ({ value, label: CATALOGUE[value].label, group: CATALOGUE[value].group }));

/** All that may stand in the log and start a workflow. */
export const EVENT_OPTIONS = optionsOf(TRIGGER_TYPES);
/** Events of programs, by the names that came so far. */
export const apiEventOptions = (names: readonly string[]): readonly SelectOption[] =>
  names.map(apiEventType).map((value) => ({ value, label: entryOf(value).label, group: entryOf(value).group }));
/** What may end a run. */
export const EXIT_OPTIONS = optionsOf(CHOICE_TYPES);
/** What may start a workflow, of one source. */
export const optionsFrom = (source: TriggerSource): readonly SelectOption[] => optionsOf(typesFrom(source));
