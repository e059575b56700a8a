/** What happened, in a phrase, for the log: "Upgraded from Basic to Pro, $10.00 to $20.00 a month". */
import { CATALOGUE, isOwnType, type PropertyValue } from '../catalogue';
import { isContactEventType, type ContactEventType } from '../contact-events';
import { formatMoney } from '../money';

type Properties = Readonly<Record<string, PropertyValue>>;

/** Null for Stripe's own events, which the log names by their type. `locale` is a BCP 47 tag. */
export function describeOwn(type: string, properties: Properties, locale: string): string | null {
  if (!isOwnType(type)) return null;
  const { label } = CATALOGUE[type];
  if (isContactEventType(type)) return describeContactEvent(type, label, properties);
  if (type === 'lifecycle.upgraded' || type === 'lifecycle.downgraded')
    return [label, ofPlans(properties), ofPrices(properties, locale)].filter(Boolean).join('');
  const churn = CHURN[text(properties.churn)];
  const name = churn ? `${label} (${churn})` : label;
  const what = [text(properties.plan), price(properties, locale)].filter(Boolean).join(', ');
  return what ? `${name}: ${what}` : name;
}

/** "Contact updated by Stripe: plan, mrr". What a field was and is stands in the payload alone, which is not kept for ever. */
function describeContactEvent(type: ContactEventType, label: string, { by, changed, list_name }: Properties): string {
  const whose = WHOSE[text(by)];
  const done = whose ? `${label} by ${whose}` : label;
  const fields = typeof changed === 'object' && changed !== null ? Object.keys(changed).map(nameField) : [];
  const what = type === 'lifecycle.list_joined' ? text(list_name) : fields.join(', ');
  return what ? `${done}: ${what}` : done;
}

const nameField = (name: string): string => name.replace(/^properties\./, '').replaceAll('_', ' ');

const WHOSE: Record<string, string> = {
  stripe: 'Stripe',
  program: 'a program',
  person: 'a person',
  contact: 'the contact',
};

const CHURN: Record<string, string> = { voluntary: 'by choice', involuntary: 'not paid' };

const ofPlans = ({ plan, previous_plan }: Properties): string => {
  if (!plan) return '';
  return previous_plan && previous_plan !== plan ? ` from ${text(previous_plan)} to ${text(plan)}` : `: ${text(plan)}`;
};

function ofPrices({ previous_mrr, mrr, currency }: Properties, locale: string): string {
  if (typeof previous_mrr !== 'number' || typeof mrr !== 'number' || !currency) return '';
  const [from, to] = [previous_mrr, mrr].map((amount) => formatMoney(amount, text(currency), locale));
  return `, ${from} to ${to} a month`;
}

function price({ amount, currency, interval, interval_count }: Properties, locale: string): string {
  if (typeof amount !== 'number' || !currency) return '';
  const money = formatMoney(amount, text(currency), locale);
  if (!interval) return money;
  return Number(interval_count ?? 1) > 1
    ? `${money} every ${text(interval_count ?? 1)} ${text(interval)}s`
    : `${money} a ${text(interval)}`;
}

const text = (value: PropertyValue | undefined): string =>
  typeof value === 'object' || value === undefined ? '' : String(value);
