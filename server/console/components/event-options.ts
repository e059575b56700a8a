/** Events as the options of a select, by group. */
import {
  CATALOGUE,
  CHOICE_TYPES,
  TRIGGER_TYPES,
  typesFrom,
  type TriggerSource,
  type TriggerType,
} from '../../../shared/catalogue';
import type { SelectOption } from './form';

const optionsOf = (types: readonly TriggerType[]): readonly SelectOption[] =>
  types.map((value) => ({ value, label: CATALOGUE[value].label, group: CATALOGUE[value].group }));

/** All that may stand in the log and start a workflow. */
export const EVENT_OPTIONS = optionsOf(TRIGGER_TYPES);
/** What may end a run. */
export const EXIT_OPTIONS = optionsOf(CHOICE_TYPES);
/** What may start a workflow, of one source. */
export const optionsFrom = (source: TriggerSource): readonly SelectOption[] => optionsOf(typesFrom(source));
