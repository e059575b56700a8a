import { definitionSchema, type Definition } from '../../shared/workflow';
import { compareDefinitions, isSame } from './compare';
import { diffLines } from './diff-lines';

const mail = (id: string, fields = {}) => ({
  id,
  kind: 'email',
  email: { kind: 'transactional', subject: id, preview_text: '', body: 'Hi', ...fields },
});
const wait = (id: string, amount = 1) => ({ id, kind: 'wait', amount, unit: 'days' });
const path = (id: string, steps: object[]) => ({
  id,
  name: '',
  conditions: [{ property: 'contact.plan', operator: 'is', value: 'Pro' }],
  steps,
});
const define = (steps: object[], rest = {}): Definition =>
  definitionSchema.parse({ name: 'Test', trigger: { event: 'invoice.payment_failed' }, steps, ...rest });
const changes = (before: Definition, after: Definition) =>
  compareDefinitions(before, after).map(({ kind, title, fields }) => [kind, title, ...fields]);

describe('what a draft changes', () => {
  it('is nothing where only defaults are left out', () => {
    const before = define([mail('a')]);
    const after = define([mail('a')], {
      only_while: true,
      trigger: { event: 'invoice.payment_failed', start_after_attempt: 1, source: 'stripe' },
    });
    expect(isSame(before, after)).toBe(true);
    expect(changes(before, after)).toEqual([]);
    expect(isSame(before, define([mail('a', { body: 'Ho' })]))).toBe(false);
  });

  it('names each field with what it was and is', () => {
    const after = define([wait('w', 3), mail('a', { subject: 'New', kind: 'marketing' })], { name: 'Better' });
    expect(changes(define([wait('w'), mail('a')]), after)).toEqual([
      ['changed', 'Workflow', { label: 'Name', from: 'Test', to: 'Better' }],
      ['changed', 'Step 1: Wait 3 days', { label: 'Wait', from: '1 day', to: '3 days' }],
      [
        'changed',
        'Step 2: Email “New”',
        { label: 'Kind', from: 'Transactional', to: 'Marketing' },
        { label: 'Subject', from: 'a', to: 'New' },
      ],
    ]);
  });

  it('says conditions, limits and exits of the trigger in words', () => {
    const after = define([mail('a')], {
      trigger: {
        event: 'invoice.payment_failed',
        conditions: [
          { property: 'event.amount_due', operator: 'greater', value: 500 },
          { property: 'contact.plan', operator: 'is_set' },
          { property: 'contact.properties.team_size', operator: 'greater', value: 3 },
        ],
        start_after_attempt: 2,
      },
      only_while: false,
      exit_events: [
        { event: 'invoice.paid', match: 'object' },
        { event: 'api.bought', match: 'contact' },
      ],
    });
    expect(changes(define([mail('a')]), after)).toEqual([
      [
        'changed',
        'Trigger',
        { label: 'Starts with', from: 'The first failed attempt', to: 'The second failed attempt' },
        {
          label: 'Only if all of these hold',
          from: '',
          to: 'Amount due is greater than 500\nContact’s plan has any value\nContact’s “team_size” is greater than 3',
        },
        { label: 'Sends', from: 'Only while the invoice is still open', to: 'Whatever has become of it' },
        {
          label: 'Ends early when',
          from: '',
          to: 'Invoice paid of the same invoice or subscription\nbought (API) of the same contact',
        },
      ],
    ]);
  });

  it('tells steps that came, went and moved, also between the paths of a branch', () => {
    const branch = (one: object[], other: object[]) => ({
      id: 'b',
      kind: 'branch',
      paths: [path('p', one)],
      else: other,
    });
    const before = define([mail('a'), wait('w'), branch([mail('c')], [])]);
    const after = define([wait('w'), mail('a'), mail('n'), branch([], [mail('c')])]);
    expect(changes(before, after).map(([kind, title]) => [kind, title])).toEqual([
      ['moved', 'Step 2: Email “a”'],
      ['added', 'Step 3: Email “n”'],
      ['moved', 'Step 1 of “Otherwise” of step 4: Email “c”'],
    ]);
    expect(changes(after, before).map(([kind, title]) => [kind, title])).toEqual([
      ['moved', 'Step 2: Wait 1 day'],
      ['moved', 'Step 1 of path 1 of step 3: Email “c”'],
      ['removed', 'Step 3: Email “n”'],
    ]);
  });

  it('shows texts line by line', () => {
    expect(diffLines('Hi\n\nold\nBye', 'Hi\n\nnew\nmore\nBye').map(({ kind, text }) => [kind, text])).toEqual([
      ['same', 'Hi'],
      ['same', ''],
      ['removed', 'old'],
      ['added', 'new'],
      ['added', 'more'],
      ['same', 'Bye'],
    ]);
    const long = Array.from({ length: 3_000 }, (_, n) => String(n)).join('\n');
    expect(diffLines(long, `${long}\nx`)).toHaveLength(6_001);
  });
});
