import { definitionSchema, findStep, needsValue, OPERATORS, operatorsFor, stepsOf } from './workflow';

const conditions = [{ property: 'event.amount', operator: 'is_set' }];
const exit = (id: string) => ({ id, kind: 'exit' });
const define = (fields: object) =>
  definitionSchema.safeParse({ name: 'Test', trigger: { event: 'invoice.paid' }, steps: [], ...fields });

describe('the steps of a definition', () => {
  const inner = {
    id: 'inner',
    kind: 'branch',
    paths: [{ id: 'q', name: '', conditions, steps: [exit('deep')] }],
    else: [],
  };
  const branch = {
    id: 'branch',
    kind: 'branch',
    paths: [{ id: 'p', name: '', conditions, steps: [inner] }],
    else: [exit('no')],
  };
  const definition = define({ steps: [exit('a'), branch, exit('z')] }).data!;

  it('are found in reading order, with their places', () => {
    expect(stepsOf(definition).map(({ step, path }) => [step.id, path.join('.')])).toEqual([
      ['a', 'steps.0'],
      ['branch', 'steps.1'],
      ['inner', 'steps.1.paths.0.steps.0'],
      ['deep', 'steps.1.paths.0.steps.0.paths.0.steps.0'],
      ['no', 'steps.1.else.0'],
      ['z', 'steps.2'],
    ]);
    expect(findStep(definition, 'deep')?.inside?.id).toBe('inner');
    expect(findStep(definition, 'none')).toBeUndefined();
  });
});

describe('a definition', () => {
  it('gets defaults for what may be left out', () => {
    expect(define({}).data).toMatchObject({ exit_events: [], trigger: { conditions: [], frequency: 'every_time' } });
  });

  it.each([
    ['no name', { name: ' ' }],
    ['an unknown event', { trigger: { event: 'customer.exploded' } }],
    ['an unknown field', { colour: 'red' }],
    ['a filter without conditions', { steps: [{ id: 'f', kind: 'filter', conditions: [] }] }],
    ['a wait of no time', { steps: [{ id: 'w', kind: 'wait', amount: 0, unit: 'days' }] }],
    [
      'a subject of two lines',
      { steps: [{ id: 'm', kind: 'email', email: { kind: 'marketing', subject: 'a\nb', body: 'x' } }] },
    ],
    ['a step id with spaces', { steps: [exit('a b')] }],
  ])('is refused for %s', (_, fields) => {
    expect(define(fields).success).toBe(false);
  });
});

describe('operators', () => {
  it('are all offered for some type', () => {
    const types = ['text', 'number', 'money', 'date', 'boolean', 'metadata'] as const;
    expect(new Set(types.flatMap((type) => operatorsFor(type)))).toEqual(new Set(OPERATORS));
  });

  it('need a value unless they ask for presence or truth', () => {
    expect(OPERATORS.filter((operator) => !needsValue(operator))).toEqual([
      'is_set',
      'is_not_set',
      'is_true',
      'is_false',
    ]);
  });
});

describe('a trigger', () => {
  const faults = (trigger: object) =>
    define({ trigger }).error?.issues.map(({ path, message }) => [path.join('.'), message]) ?? [];

  it.each([
    { event: 'invoice.paid' },
    { event: 'invoice.paid', source: 'stripe' },
    { event: 'lifecycle.churned', source: 'lifecycle' },
    { event: 'schedule.renewal', source: 'schedule', days: 60 },
  ])('may be %j', (trigger) => {
    expect(faults(trigger)).toEqual([]);
  });

  it('names the source of its event', () => {
    expect(faults({ event: 'lifecycle.churned' })).toEqual([
      ['trigger.source', 'must be lifecycle for lifecycle.churned'],
    ]);
    expect(faults({ event: 'invoice.paid', source: 'schedule' })).toEqual([
      ['trigger.source', 'must be stripe for invoice.paid'],
    ]);
  });

  it('has days where it is scheduled, 1 to 60, and nowhere else', () => {
    const words = [['trigger.days', 'must be a whole number from 1 to 60']];
    for (const days of [undefined, 0, 61, 1.5])
      expect(faults({ event: 'schedule.renewal', source: 'schedule', days })).toEqual(words);
    expect(faults({ event: 'invoice.paid', days: 3 })).toEqual([['trigger.days', 'is only for scheduled triggers']]);
  });

  it('is never an exit event where it is scheduled', () => {
    const exit_events = [{ event: 'schedule.renewal', match: 'contact' }];
    expect(define({ exit_events }).success).toBe(false);
  });

  it('may be an exit event where a program sends it, by the name that the log has', () => {
    const ending = (event: string) => define({ exit_events: [{ event, match: 'contact' }] });
    expect(ending('api.bought').data?.exit_events).toEqual([{ event: 'api.bought', match: 'contact' }]);
    expect(ending('bought').success).toBe(false);
    expect(ending('api. ').error?.issues.map(({ message }) => message)).toEqual(['must not be empty']);
  });
});
