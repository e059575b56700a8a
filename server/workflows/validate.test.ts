import { definitionSchema, type Condition, type EmailContent } from '../../shared/workflow';
import { findProblems, parseDefinition } from './validate';

const email = (fields: Partial<EmailContent>) => ({
  kind: 'transactional',
  subject: 'Your invoice',
  preview_text: '',
  body: 'Hi',
  ...fields,
});
const withEmail = (fields: Partial<EmailContent>) => ({
  name: 'Test',
  trigger: { event: 'invoice.paid' },
  steps: [
    { id: 'wait', kind: 'wait', amount: 1, unit: 'days' },
    { id: 'mail', kind: 'email', email: email(fields) },
  ],
});
const withCondition = (condition: Condition) => ({
  name: 'Test',
  trigger: { event: 'invoice.paid', conditions: [condition] },
  steps: [],
});
const problemsOf = (definition: object) => findProblems(definitionSchema.parse(definition));

describe('a definition', () => {
  it('is accepted when its tags and conditions name what there is', () => {
    const body =
      '{% if contact.plan == "Pro" %}{{ event.amount | money: event.currency }}{% endif %} {{ event.metadata.any_key | default: "-" }} {{ sender.name }}';
    expect(problemsOf(withEmail({ body }))).toEqual([]);
    expect(problemsOf(withCondition({ property: 'event.metadata.order.id', operator: 'is', value: '1' }))).toEqual([]);
  });

  it.each([
    ['an unknown property', 'Hi\n\nfor {{ event.ammount }}', /event\.ammount/, 3, 8],
    ['a property of another event', '{{ event.evidence_due_by }}', /evidence_due_by/, 1, 4],
    ['an unknown filter', 'a\n{{ event.amount | currency }}', /no filter currency/, 2, 1],
    ['an unknown tag', '{% include "x" %}', /include/, 1, 1],
    ['a tag that is not closed', 'x {% if event.amount %}', /if/, 1, 3],
    ['an output that is not closed', 'x {{ event.amount', /not closed/, 1, 3],
    [
      'a default that comes too late',
      '{{ event.amount | money: event.currency | default: "x" }}',
      /first filter/,
      1,
      1,
    ],
    ['a look-up by another value', '{{ event.metadata[event.number] }}', /name the property/, 1, 4],
    ['a root that is not there', '{{ customer.name }}', /customer\.name/, 1, 4],
  ])('is refused for %s, with its place', (_, body, message, line, column) => {
    const [problem] = problemsOf(withEmail({ body }));
    expect(problem).toMatchObject({ step_id: 'mail', param: 'steps.1.email.body', line, column });
    expect(problem?.message).toMatch(message);
  });

  it('is checked in subject and preview text too', () => {
    expect(
      problemsOf(withEmail({ subject: '{{ nope }}', preview_text: '{{ nope | x }}' })).map(({ param }) => param),
    ).toEqual(['steps.1.email.subject', 'steps.1.email.preview_text']);
  });

  it.each<[string, Condition, string]>([
    ['an unknown property', { property: 'event.nope', operator: 'is', value: 'x' }, 'property'],
    ['an operator of another type', { property: 'event.amount', operator: 'contains', value: '2' }, 'operator'],
    ['text for a number', { property: 'event.amount', operator: 'greater', value: 'much' }, 'value'],
    ['no date', { property: 'event.paid_at', operator: 'before', value: 'later' }, 'value'],
    ['no value', { property: 'event.number', operator: 'is' }, 'value'],
  ])('is refused for a condition with %s', (_, condition, field) => {
    expect(problemsOf(withCondition(condition))).toMatchObject([
      { step_id: null, param: `trigger.conditions.0.${field}` },
    ]);
  });

  it('is refused when two steps share an id, also in different paths', () => {
    const exit = { id: 'same', kind: 'exit' };
    const conditions = [{ property: 'event.number', operator: 'is_set' }];
    const branch = { id: 'b', kind: 'branch', paths: [{ id: 'p', name: '', conditions, steps: [exit] }], else: [exit] };
    expect(problemsOf({ name: 'T', trigger: { event: 'invoice.paid' }, steps: [branch] })).toMatchObject([
      { step_id: 'same', param: 'steps.0.else.0.id' },
    ]);
  });

  it('refuses branches within branches beyond a depth, however deep', () => {
    const conditions = [{ property: 'event.number', operator: 'is_set' }];
    const nested = (depth: number) => {
      let steps: object[] = [];
      for (let n = 0; n < depth; n++)
        steps = [{ id: `b${n}`, kind: 'branch', paths: [{ id: `p${n}`, name: '', conditions, steps }], else: [] }];
      return { name: 'T', trigger: { event: 'invoice.paid' }, steps };
    };
    expect(parseDefinition(nested(20)).steps).toHaveLength(1);
    for (const depth of [30, 500, 5_000])
      expect(() => parseDefinition(nested(depth))).toThrow('Steps must have at most 20 branches within one another.');
  });

  it('accepts long templates: a hundred values, thirty filters in one tag', () => {
    const values = '{{ event.amount | money: event.currency }} and {{ contact.first_name | default: "you" }}\n'.repeat(
      100,
    );
    const filters = `{{ event.number ${'| append: "a" '.repeat(30)}}}`;
    const branches = '{% if contact.plan == "Pro" %}{{ event.number }}{% else %}x{% endif %}\n'.repeat(50);
    for (const body of [values, filters, branches]) expect(problemsOf(withEmail({ body }))).toEqual([]);
    const body = values.slice(0, values.length / 10);
    const steps = Array.from({ length: 50 }, (_none, n) => ({ id: `m${n}`, kind: 'email', email: email({ body }) }));
    expect(problemsOf({ ...withEmail({}), steps })).toEqual([]);
  });

  const deep = `{{ ${'contact.email['.repeat(1_700)}x${']'.repeat(1_700)} }}`;
  it.each([
    ['a tag', 'characters', `{% if a${' or a'.repeat(9_000)} %}{% endif %}`, 'has more than 2,000 characters'],
    ['an output', 'characters', `{{ a | append: b${',b'.repeat(23_000)} }}`, 'has more than 2,000 characters'],
    ['brackets', 'characters', deep, 'has more than 2,000 characters'],
    ['a tag', 'words', `{% if a${' or a'.repeat(300)} %}{% endif %}`, 'has more than 300 words and signs'],
    ['a tag', 'words, whatever blank is between them', `{{ a |append:${'\u00a0b,'.repeat(300)}b }}`, '300 words'],
    ['a tag', 'brackets', '{{ a[b[c[d[e[f[g]]]]]] }}', 'has more than 5 brackets within one another'],
    ['a template', 'words', '{{ event.number }}'.repeat(1_000), 'up to this one have more than 3,000 words and signs'],
    ['a template with raw text', 'words', `{% raw %}{{ "{% endraw %}${'{{ a }}'.repeat(900)}`, 'more than 3,000 words'],
  ])('refuses %s of more %s than any email has', (_what, _of, body, message) => {
    const startedAt = performance.now();
    const steps = Array.from({ length: 5 }, (_none, n) => ({ id: `m${n}`, kind: 'email', email: email({ body }) }));
    expect(() => parseDefinition({ ...withEmail({}), steps })).toThrow(/^Body of step 1: /);
    expect(() => parseDefinition({ ...withEmail({}), steps })).toThrow(message);
    // Read by Liquid, most of these took seconds.
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('refuses emails that have more in their tags together than any workflow has', () => {
    const body = '{{ event.number }}'.repeat(100);
    const steps = Array.from({ length: 50 }, (_none, n) => ({ id: `m${n}`, kind: 'email', email: email({ body }) }));
    expect(() => parseDefinition({ ...withEmail({}), steps })).toThrow(
      /^Body of step 29: The tags of all emails up to this one have more than 20,000 words and signs \(line 1, column \d+\)\.$/,
    );
  });

  it('names the first of many problems, each in a line, where they stand', () => {
    const body = `${'\n'.repeat(40_000)}{{ event.${'x'.repeat(1_000)}\n}}${'{{ event.y }}'.repeat(100)}`;
    const problems = problemsOf(withEmail({ subject: '{{ nope }}', body }));
    expect(problems.map(({ line, column }) => `${line}:${column}`).slice(0, 3)).toEqual(['1:4', '40001:4', '40002:6']);
    expect(problems).toHaveLength(20);
    for (const { message } of problems) expect(message.length).toBeLessThan(200);
  });

  it('names field, line and column when it is refused', () => {
    expect(() => parseDefinition(withEmail({ body: '{{ event.x }}' }))).toThrow(
      'Body of step 2: There is no event.x here (line 1, column 4).',
    );
    expect(() => parseDefinition({ name: '' })).toThrow(
      'Name must not be empty. Trigger must be an object. Steps must be a list.',
    );
  });
});
