/** The supported events as the options of a select, by group. */
import { CATALOGUE, EVENT_TYPES } from '../../../shared/catalogue';
import type { SelectOption } from './form';

export const EVENT_OPTIONS: readonly SelectOption[] = EVENT_TYPES.map((value) => ({
  value,
  label: CATALOGUE[value].label,
  group: CATALOGUE[value].group,
}));
