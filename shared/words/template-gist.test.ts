import { gistOfTemplate } from './template-gist';

it.each([
  ['Welcome', 'Welcome'],
  ['Still open: {{ subject.amount_due | money: subject.currency }}', 'Still open: [Amount due]'],
  ['{% if contact.first_name %}Hi {{ contact.first_name }}, welcome{% else %}Welcome{% endif %}!', 'Welcome!'],
  ['Hello{% if contact.first_name %} {{contact.first_name}}{% endif %}', 'Hello [First name]'],
  ['{% if a %}A{% elsif b %}B{% endif %}', 'A'],
  ['{% if a %}A{% elsif b %}B{% else %}{%- unless c -%}C{% endunless %} D{% endif %}', 'C D'],
  ['{% assign x = 1 %}Yes', 'Yes'],
  // Half-written, as in a draft.
  ['{% if a %}A', 'A'],
  ['{{ contact.', '{{ contact.'],
  ['{{ }}', '[]'],
  ['', ''],
])('says %j as %j', (template, gist) => {
  expect(gistOfTemplate(template)).toBe(gist);
});

it('takes no long over what is nested or repeated a thousand times', () => {
  const started = performance.now();
  gistOfTemplate('{% if a %}'.repeat(1_000));
  gistOfTemplate(`${'{% if a %}'.repeat(100)}A${'{% endif %}'.repeat(100)}`);
  expect(performance.now() - started).toBeLessThan(20_000);
});
