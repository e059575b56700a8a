import { definitionSchema, type Condition, type Step } from '../../shared/workflow';
import { describeProblem } from '../../shared/words/problems';
import { TEMPLATES, TEMPLATE_KEYS } from '../../shared/templates';
import { findImpossible } from './impossible';
import { defineFromTemplate } from './templates';

const exit: Step = { id: 'end', kind: 'exit' };
const problemsOf = (definition: object) =>
  findImpossible(definitionSchema.parse({ name: 'Test', steps: [exit], ...definition })).map(describeProblem);
const onlyIf = (event: string, ...conditions: Condition[]) => problemsOf({ trigger: { event, conditions } });
const on = (property: string, operator: Condition['operator'], value?: Condition['value']): Condition => ({
  property,
  operator,
  ...(value === undefined ? {} : { value }),
});

describe('a definition may not be active', () => {
  it.each<[string, Condition[], string]>([
    [
      'a status that Stripe doesn’t have',
      [on('event.status', 'is', 'Bezahlt')],
      'Value of condition 1 of the trigger must be one of draft, open, paid, uncollectible, void',
    ],
    [
      'one that is never excluded',
      [on('event.status', 'is_not', 'Bezahlt')],
      'Value of condition 1 of the trigger must be one of draft, open, paid, uncollectible, void',
    ],
    [
      'a part of none',
      [on('event.collection_method', 'contains', 'bank')],
      'Value of condition 1 of the trigger fits no value: must be one of charge_automatically, send_invoice',
    ],
    [
      'a currency that isn’t one',
      [on('event.currency', 'is', 'Euro')],
      'Value of condition 1 of the trigger must be one of the known values, such as usd, aed, afn',
    ],
    [
      'a status of contacts',
      [on('contact.subscription_status', 'is', 'Aktiv')],
      'Value of condition 1 of the trigger must be one of past_due, active, trialing, paused, canceled',
    ],
    [
      'bounds that leave nothing',
      [on('event.amount', 'greater', 5000), on('event.number', 'is_set'), on('event.amount', 'less', 5001)],
      'Condition 3 of the trigger can’t hold together with condition 1',
    ],
    [
      'two values at once',
      [on('event.plan', 'is', 'Pro'), on('event.plan', 'is', 'Basic')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
    [
      'a text that begins in two ways',
      [on('event.number', 'starts_with', 'A-1'), on('event.number', 'starts_with', 'B')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
    [
      'what is contained and not',
      [on('event.plan', 'contains', 'Pro annual'), on('event.plan', 'does_not_contain', 'annual')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
    [
      'a value that is missing and compared',
      [on('event.due_date', 'is_not_set'), on('event.due_date', 'after', '2026-01-01')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
    [
      'dates the wrong way round',
      [on('event.due_date', 'before', '2026-01-01'), on('event.due_date', 'after', '2026-01-02')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
    [
      'true and false',
      [on('contact.delinquent', 'is_true'), on('contact.delinquent', 'is_false')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
    [
      'two keys of metadata values',
      [on('event.metadata.team.id', 'is', 'a'), on('event.metadata.team.id', 'is', 'b')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
    [
      'a yes and a no of a program',
      [on('contact.properties.isPartner', 'is_true'), on('contact.properties.isPartner', 'is_false')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
    [
      'no metadata at all, and some',
      [on('event.metadata', 'is_set'), on('event.metadata', 'is_not_set')],
      'Condition 2 of the trigger can’t hold together with condition 1',
    ],
  ])('with %s', (_, conditions, words) => {
    expect(onlyIf('invoice.paid', ...conditions)).toEqual([words]);
  });

  it.each<[string, Condition[]]>([
    ['a status in any case', [on('event.status', 'is', ' Paid ')]],
    ['a range', [on('event.amount', 'greater', 100), on('event.amount', 'less_or_equal', 101)]],
    ['exceptions', [on('event.amount', 'is_not', 0), on('event.amount', 'greater_or_equal', 0)]],
    ['several parts', ['a', 'b', 'c'].map((part) => on('event.number', 'contains', part))],
    ['a beginning and a part', [on('event.number', 'starts_with', 'In'), on('event.number', 'contains', 'x')]],
    ['nothing, or not that', [on('event.plan', 'is_not_set'), on('event.plan', 'does_not_contain', 'Pro')]],
    ['statuses left over', [on('event.status', 'is_not', 'paid'), on('event.status', 'is_not', 'void')]],
    ['a time between', [on('event.due_date', 'after', '2026-01-01'), on('event.due_date', 'before', '2026-01-02')]],
    ['different keys', [on('event.metadata.a', 'is', 'x'), on('event.metadata.b', 'is', 'y')]],
    ['a condition that is not finished', [on('event.status', 'is', '')]],
    ['a yes of a program', [on('contact.properties.isPartner', 'is_true'), on('contact.properties.seats', 'is', 5)]],
    ['a fraction', [on('contact.properties.share', 'greater', 0.5), on('contact.properties.share', 'less', 1)]],
  ])('but may with %s', (_, conditions) => {
    expect(onlyIf('invoice.paid', ...conditions)).toEqual([]);
  });

  it('never one of our templates, whatever starts it', () => {
    for (const key of TEMPLATE_KEYS)
      for (const trigger of TEMPLATES[key].triggers)
        expect(findImpossible(defineFromTemplate(key, trigger))).toEqual([]);
  });

  it('without steps, or with waits over a year', () => {
    const trigger = { event: 'invoice.paid' };
    expect(problemsOf({ trigger, steps: [] })).toEqual(['An active workflow needs at least one step.']);
    const wait = (amount: number, unit: string) => ({ id: `${amount}-${unit}`, kind: 'wait', amount, unit });
    expect(problemsOf({ trigger, steps: [wait(365, 'days'), wait(8_760, 'hours'), wait(525_600, 'minutes')] })).toEqual(
      [],
    );
    expect(problemsOf({ trigger, steps: [wait(99_999, 'days'), wait(8_761, 'hours')] })).toEqual([
      'Wait of step 1 must be at most 365 days',
      'Wait of step 2 must be at most 8,760 hours, which is 365 days',
    ]);
  });

  it('with a condition that nothing meets inside a branch', () => {
    const conditions = [on('contact.status', 'is', 'vip')];
    const inner = { id: 'f', kind: 'filter', conditions };
    const paths = [{ id: 'p', name: '', conditions: [on('contact.plan', 'is_set')], steps: [exit, inner] }];
    expect(
      problemsOf({ trigger: { event: 'invoice.paid' }, steps: [{ id: 'b', kind: 'branch', paths, else: [] }] }),
    ).toEqual([
      'Value of condition 1 of step 2 of path 1 of step 1 must be one of subscribed, unsubscribed, transactional_only',
    ]);
  });
});
