/** Whether conditions hold. Pure. */
import type { PropertyValue } from '../../shared/catalogue';
import type { Condition } from '../../shared/workflow';

/** The properties that conditions and merge tags may name. */
export interface PropertyScope {
  event: Record<string, PropertyValue>;
  contact: Record<string, PropertyValue>;
  /** Of what the event is about, as it is now; left out: as the event has it. */
  subject?: Record<string, PropertyValue>;
}

/** All of them must hold; none is true. */
export const matches = (conditions: readonly Condition[], scope: PropertyScope): boolean =>
  conditions.every((condition) => holds(condition, readProperty(scope, condition.property)));

/** Whether what is asked of the event itself holds: the rest is asked of its contact later. */
export const mayStartWith = (conditions: readonly Condition[], event: PropertyScope['event']): boolean =>
  matches(
    conditions.filter(({ property }) => property.startsWith('event.')),
    { event, contact: {} },
  );

/** The value a path such as `event.amount` or `event.metadata.order_id` names; null when it has none. */
function readProperty(scope: PropertyScope, path: string): PropertyValue {
  const [root, name = '', ...rest] = path.split('.');
  const properties =
    root === 'contact' ? scope.contact : root === 'subject' ? (scope.subject ?? scope.event) : scope.event;
  const value = Object.hasOwn(properties, name) ? (properties[name] ?? null) : null;
  if (rest.length === 0) return value;
  const key = rest.join('.');
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value[key] ?? null) : null;
}

function holds({ operator, value: wanted = '' }: Condition, value: PropertyValue): boolean {
  switch (operator) {
    case 'is_set':
      return isSet(value);
    case 'is_not_set':
      return !isSet(value);
    case 'is':
      return isSet(value) && isSame(value, wanted);
    case 'is_not':
      return !(isSet(value) && isSame(value, wanted));
    case 'contains':
      return isSet(value) && fold(value).includes(fold(wanted));
    case 'does_not_contain':
      return !(isSet(value) && fold(value).includes(fold(wanted)));
    case 'starts_with':
      return isSet(value) && fold(value).startsWith(fold(wanted));
    case 'greater':
      return isSet(value) && Number(value) > Number(wanted);
    case 'greater_or_equal':
      return isSet(value) && Number(value) >= Number(wanted);
    case 'less':
      return isSet(value) && Number(value) < Number(wanted);
    case 'less_or_equal':
      return isSet(value) && Number(value) <= Number(wanted);
    case 'before':
      return isSet(value) && Date.parse(textOf(value)) < Date.parse(String(wanted));
    case 'after':
      return isSet(value) && Date.parse(textOf(value)) > Date.parse(String(wanted));
    case 'is_true':
      return value === true;
    case 'is_false':
      return value === false;
  }
}

/** An empty text or map is as good as none. */
const isSet = (value: PropertyValue): boolean =>
  value !== null && value !== '' && (typeof value !== 'object' || Object.keys(value).length > 0);

/** Merchants don't know how Stripe spells a plan or a country: case and outer blanks don't count. */
const fold = (value: PropertyValue): string => textOf(value).trim().toLowerCase();

/** A map has none: only whether it is set can be asked of it. */
const textOf = (value: PropertyValue): string => (typeof value === 'object' ? '' : String(value));

const isSame = (value: PropertyValue, wanted: string | number | boolean): boolean =>
  typeof value === 'number' ? value === Number(wanted) : fold(value) === fold(wanted);
