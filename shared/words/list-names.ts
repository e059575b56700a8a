/** Conditions compare mailing lists by their ids; people know them by name. */
import { LIST_PROPERTY } from '../contact-events';
import type { Condition, Definition, Step } from '../workflow';

type Lists = readonly { id: string; name: string }[];

export const withNames = (conditions: readonly Condition[], lists: Lists): Condition[] =>
  conditions.map((one) => {
    const list = one.property === `event.${LIST_PROPERTY}` && lists.find(({ id }) => id === one.value);
    return list ? { ...one, value: list.name } : one;
  });

/** The same definition to be read: where a condition names a list, its name stands for the id. */
export function withListNames(definition: Definition, lists: Lists): Definition {
  const { trigger, steps } = definition;
  if (trigger.event !== 'lifecycle.list_joined') return definition;
  const named = (conditions: readonly Condition[]) => withNames(conditions, lists);
  const inSteps = (some: readonly Step[]): Step[] =>
    some.map((step) => {
      if (step.kind === 'filter') return { ...step, conditions: named(step.conditions) };
      if (step.kind !== 'branch') return step;
      const paths = step.paths.map((path) => ({
        ...path,
        conditions: named(path.conditions),
        steps: inSteps(path.steps),
      }));
      return { ...step, paths, else: inSteps(step.else) };
    });
  return { ...definition, trigger: { ...trigger, conditions: named(trigger.conditions) }, steps: inSteps(steps) };
}
