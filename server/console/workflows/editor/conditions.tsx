/** Conditions that must all hold, each a property, an operator and a value that fits. */
import { isApiEventType, type PropertyType } from '../../../../shared/catalogue';
import { namesFailure } from '../../../../shared/failure';
import { KNOWN_VALUES } from '../../../../shared/known-values';
import { readable } from '../../../../shared/capitalize';
import { LIST_PROPERTY } from '../../../../shared/contact-events';
import { ANOTHER_PROPERTY, CHANGE_GROUPS, nameProperty, OPERATOR_LABELS } from '../../../../shared/words/workflows';
import {
  comparesDates,
  comparesNumbers,
  needsValue,
  operatorsFor,
  type Condition,
  type Operator,
} from '../../../../shared/workflow';
import { FieldError, SelectField, TextField, buttonClass, type SelectOption } from '../../components/form';
import { Icon } from '../../components/icon';
import { domId, useEditor, useOperation, useRedraw } from './context';
import { ANOTHER, findOffered, isAnother, splitPath, type Offers } from './offers';

export function Conditions({
  place,
  conditions,
  legend,
}: {
  place: string;
  conditions: readonly Condition[];
  legend: string;
}) {
  const { problems } = useEditor();
  const operation = useOperation();
  return (
    <fieldset className="conditions choices">
      <legend>{legend}</legend>
      {conditions.map((condition, index) => (
        <ConditionRow key={index} place={`${place}.${index}`} condition={condition} number={index + 1} />
      ))}
      <FieldError id={domId(place)} error={problems[place]} />
      <button className={buttonClass()} {...operation(`add ${place} condition`)}>
        <Icon name="plus" /> Add condition
      </button>
    </fieldset>
  );
}

function ConditionRow({ place, condition, number }: { place: string; condition: Condition; number: number }) {
  const { offers, lists, problems, focus } = useEditor();
  const operation = useOperation();
  const redraw = useRedraw();
  const { option, written } = splitPath(offers, condition.property);
  const { type = 'text', values } = isAnother(condition.property)
    ? UNNAMED
    : (findOffered(offers, condition.property) ?? {});
  const isList = offers.trigger === 'lifecycle.list_joined' && condition.property === `event.${LIST_PROPERTY}`;
  const id = (field: string) => domId(`${place}.${field}`);
  const typed = isAnother(option) ? ANOTHER_PROPERTY.name : ANOTHER_PROPERTY.key;
  return (
    <div
      className={written === null ? 'condition' : 'condition condition-named'}
      id={domId(place)}
      role="group"
      aria-label={`Condition ${number}`}
      tabIndex={-1}
    >
      <div className="condition-property">
        <SelectField
          id={id('property')}
          name={`${place}.property`}
          label="Property"
          isLabelHidden={written === null}
          autoFocus={focus === place}
          defaultValue={option}
          options={propertyOptions(offers, option, place.startsWith('trigger.'))}
          error={problems[`${place}.property`]}
          {...redraw}
        />
        {written !== null && (
          <TextField
            id={id('key')}
            name={`${place}.key`}
            label={typed.label}
            placeholder={typed.placeholder}
            maxLength={100}
            autoComplete="off"
            defaultValue={written}
            error={problems[`${place}.key`]}
            {...redraw}
          />
        )}
      </div>
      <SelectField
        id={id('operator')}
        name={`${place}.operator`}
        label="Comparison"
        isLabelHidden
        defaultValue={condition.operator}
        options={withCurrent(isList ? LIST_OPERATORS : operatorsFor(type), condition.operator).map((value) => ({
          value,
          label: OPERATOR_LABELS[value],
        }))}
        error={problems[`${place}.operator`]}
        {...redraw}
      />
      <ValueField
        place={place}
        condition={condition}
        type={type}
        values={isList ? lists.map(({ id }) => id) : values}
        nameOf={(value) => (isList ? lists.find(({ id: list }) => list === value)?.name : undefined)}
      />
      <button
        className={`${buttonClass('quiet')} button-icon`}
        aria-label={`Remove condition ${number}`}
        {...operation(`remove ${place}`)}
      >
        <Icon name="close" />
      </button>
      <FieldError id={domId(place)} error={problems[place]} />
    </div>
  );
}

function ValueField({
  place,
  condition: { operator, value = '' },
  type,
  values,
  nameOf,
}: {
  place: string;
  condition: Condition;
  type: PropertyType;
  values: readonly string[] | undefined;
  /** What a value is called, where it says that itself to nobody. */
  nameOf: (value: string) => string | undefined;
}) {
  const { problems } = useEditor();
  if (!needsValue(operator)) return <span />;
  const field = {
    id: domId(`${place}.value`),
    name: `${place}.value`,
    label: 'Value',
    isLabelHidden: true,
    error: problems[`${place}.value`],
  };
  if (values && (operator === 'is' || operator === 'is_not'))
    return <SelectField {...field} {...valueOptions(values, String(value), nameOf)} />;
  return (
    <TextField
      {...field}
      type={comparesDates(type, operator) ? 'date' : 'text'}
      inputMode={comparesNumbers(type, operator) ? 'decimal' : undefined}
      defaultValue={String(value)}
      placeholder={type === 'money' ? 'Minor units: 2000 is 20.00' : 'Value'}
    />
  );
}

/** What was chosen before the property's type was known, or before it was another, stays in sight. */
const withCurrent = (operators: readonly Operator[], current: Operator): readonly Operator[] =>
  operators.includes(current) ? operators : [current, ...operators];

/** Conditions don't mind case. What isn't one of them stays in sight. */
function valueOptions(values: readonly string[], current: string, nameOf: (value: string) => string | undefined) {
  const known = values.find((value) => value === current.trim().toLowerCase());
  const options = values.map((value) => ({
    value,
    label: nameOf(value) ?? (values === KNOWN_VALUES.currency ? value.toUpperCase() : readable(value)),
  }));
  const first = { value: current, label: current === '' ? 'Choose…' : `${current} (unknown)` };
  return { options: known === undefined ? [first, ...options] : options, defaultValue: known ?? current };
}

/** May become anything, and is compared once it is named. */
const UNNAMED: { type: PropertyType; values?: undefined } = { type: 'any' };

const LIST_OPERATORS = ['is', 'is_not'] as const;

/**
 * What was chosen under another trigger stays in sight, so that nothing changes silently. A trigger is judged before Stripe
 * is asked why a payment failed.
 */
function propertyOptions({ trigger, event, contact }: Offers, current: string, isOfTrigger: boolean): SelectOption[] {
  const option = (value: string, name: string, group: string): SelectOption => ({
    value,
    label: isAnother(value) ? ANOTHER_PROPERTY.option : nameProperty(name),
    group,
  });
  // Beside what a field was and became.
  const isOfUpdate = trigger === 'lifecycle.contact_updated';
  const options = [
    ...event.map(({ name }) => option(`event.${name}`, name, CHANGE_GROUPS[name.split('.')[0] ?? ''] ?? 'Event')),
    ...(isApiEventType(trigger) ? [option(ANOTHER.event, '', 'Event')] : []),
    ...contact.map(({ name }) => option(`contact.${name}`, name, isOfUpdate ? 'The contact now' : 'Contact')),
  ];
  const offered = isOfTrigger ? options.filter(({ value }) => !namesFailure(value)) : options;
  const isOffered = offered.some(({ value }) => value === current);
  return isOffered ? offered : [{ value: current, label: `${current} (not offered)` }, ...offered];
}
