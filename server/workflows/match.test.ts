import type { Operator } from '../../shared/workflow';
import { matches } from './match';

const facts = {
  event: {
    amount: 2000,
    plan: 'Pro Yearly',
    period_end: '2026-04-01T09:00:00.000Z',
    delinquent: false,
    number: '',
    due_date: null,
    metadata: { 'order.id': '6735' },
  },
  contact: { first_name: 'Jenny', user_group: null },
};

describe('conditions', () => {
  it.each<[string, Operator, string | number | undefined, boolean]>([
    ['event.amount', 'is', 2000, true],
    ['event.amount', 'is_not', 2000, false],
    ['event.amount', 'greater', 1999, true],
    ['event.amount', 'greater', 2000, false],
    ['event.amount', 'greater_or_equal', 2000, true],
    ['event.amount', 'less', 2000, false],
    ['event.amount', 'less_or_equal', 2000, true],
    ['event.plan', 'is', ' pro yearly', true],
    ['event.plan', 'contains', 'YEAR', true],
    ['event.plan', 'does_not_contain', 'year', false],
    ['event.plan', 'starts_with', 'pro', true],
    ['event.plan', 'starts_with', 'yearly', false],
    ['event.period_end', 'before', '2026-04-02', true],
    ['event.period_end', 'after', '2026-04-01', true],
    ['event.period_end', 'after', '2026-04-02', false],
    ['event.delinquent', 'is_false', undefined, true],
    ['event.delinquent', 'is_true', undefined, false],
    ['event.delinquent', 'is_set', undefined, true],
    ['event.number', 'is_set', undefined, false],
    ['event.due_date', 'is_not_set', undefined, true],
    ['event.due_date', 'before', '2030-01-01', false],
    ['event.due_date', 'less', 5, false],
    ['event.metadata', 'is_set', undefined, true],
    ['event.metadata.order.id', 'is', '6735', true],
    ['event.metadata.toString', 'is_set', undefined, false],
    ['event.nothing', 'is_set', undefined, false],
    ['contact.first_name', 'is', 'jenny', true],
    ['contact.user_group', 'is', '', false],
    ['contact.user_group', 'is_not', 'VIP', true],
    ['contact.user_group', 'does_not_contain', 'VIP', true],
  ])('%s %s %s is %s', (property, operator, value, expected) => {
    expect(matches([{ property, operator, value }], facts)).toBe(expected);
  });

  it('hold only together', () => {
    const yes = { property: 'event.amount', operator: 'is', value: 2000 } as const;
    const no = { property: 'event.amount', operator: 'is', value: 1 } as const;
    expect(matches([], facts)).toBe(true);
    expect(matches([yes, no], facts)).toBe(false);
  });
});
