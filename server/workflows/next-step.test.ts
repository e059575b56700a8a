import { definitionSchema, type Step } from '../../shared/workflow';
import { nextStep, stepAfter, survivingStep } from './next-step';

const email = (id: string): Step => ({
  id,
  kind: 'email',
  email: { kind: 'transactional', subject: 'Hi', preview_text: '', body: 'Hi' },
});
const define = (steps: Step[]) =>
  definitionSchema.parse({ name: 'Test', trigger: { event: 'invoice.payment_failed' }, steps });

const definition = define([
  { id: 'wait', kind: 'wait', amount: 3, unit: 'days' },
  { id: 'large', kind: 'filter', conditions: [{ property: 'event.amount', operator: 'greater', value: 1000 }] },
  {
    id: 'split',
    kind: 'branch',
    paths: [
      {
        id: 'p1',
        name: 'Pro',
        conditions: [{ property: 'contact.plan', operator: 'is', value: 'pro' }],
        steps: [email('pro')],
      },
      { id: 'p2', name: 'Paid', conditions: [{ property: 'contact.plan', operator: 'is_set' }], steps: [] },
    ],
    else: [email('other'), { id: 'leave', kind: 'exit' }],
  },
  { id: 'group', kind: 'update_contact', user_group: 'Late' },
]);
const facts = (plan: string | null, amount = 2000) => ({ event: { amount }, contact: { plan } });
const at = (stepId: string | null, hasWaited = false) => ({ stepId, hasWaited });

describe('the next step', () => {
  it.each([
    ['begins a wait', at('wait'), facts('Pro'), { kind: 'wait', ms: 259_200_000 }],
    ['goes on after a wait', at('wait', true), facts('Pro'), { kind: 'waited', next: 'large' }],
    ['passes a filter that matches', at('large'), facts('Pro'), { kind: 'filter', passed: true, next: 'split' }],
    [
      'ends at a filter that does not match',
      at('large'),
      facts('Pro', 1000),
      { kind: 'filter', passed: false, next: null },
    ],
    ['takes the first matching path', at('split'), facts('PRO'), { kind: 'branch', path: { id: 'p1' }, next: 'pro' }],
    ['passes over an empty path', at('split'), facts('Basic'), { kind: 'branch', path: { id: 'p2' }, next: 'group' }],
    ['takes else when no path matches', at('split'), facts(null), { kind: 'branch', path: null, next: 'other' }],
    ['leaves a path to what follows the branch', at('pro'), facts('Pro'), { kind: 'email', next: 'group' }],
    ['exits', at('leave'), facts(null), { kind: 'exit' }],
    ['ends after the last step', at('group'), facts(null), { kind: 'update_contact', next: null }],
    ['finishes past the end', at(null), facts(null), { kind: 'finish' }],
    ['finishes at a step that is nowhere', at('gone'), facts(null), { kind: 'finish' }],
  ])('%s', (_, standing, given, expected) => {
    expect(nextStep(definition, standing, given)).toMatchObject(expected);
  });
});

describe('a removed step', () => {
  it('is passed over for the first one after it that is still there', () => {
    const after = define([email('other'), { id: 'group', kind: 'update_contact', user_group: null }]);
    expect(survivingStep(definition, after, 'wait')).toBe('group');
    expect(survivingStep(definition, after, 'leave')).toBe('group');
    expect(survivingStep(definition, after, 'other')).toBe('other');
  });

  it('ends the run when nothing after it is left', () => {
    expect(survivingStep(definition, define([email('new')]), 'wait')).toBeNull();
  });

  it('has nothing after it when it is last', () => {
    expect(stepAfter(definition, 'group')).toBeNull();
  });
});
