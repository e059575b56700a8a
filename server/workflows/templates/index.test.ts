import { CATALOGUE, CONTACT_PROPERTIES, offersPayUrl, samplesOf, type PropertyValue } from '../../../shared/catalogue';
import { TEMPLATES } from '../../../shared/templates';
import { definitionSchema, stepsOf, type Definition } from '../../../shared/workflow';
import { renderEmail } from '../../emails/render';
import { parseDefinition } from '../validate';
import { defineFromTemplate } from '.';
import { countOnlyWork } from '../../test/work-clock';

countOnlyWork();

const cases = Object.entries(TEMPLATES).flatMap(([key, { triggers }]) =>
  triggers.map((trigger) => [key, trigger] as const),
);
const emailsOf = (definition: Definition) =>
  stepsOf(definition).flatMap(({ step }) => (step.kind === 'email' ? [step.email] : []));

function renderAll(
  definition: Definition,
  event: Record<string, PropertyValue>,
  contact: Record<string, PropertyValue>,
) {
  return emailsOf(definition).map((content) => {
    const rendered = renderEmail({
      content,
      event,
      contact,
      payUrl: offersPayUrl(definition.trigger.event) ? 'https://mail.example.com/pay/token' : null,
      sender: { name: null },
      locale: 'en-US',
      timezone: 'UTC',
      postalAddress: null,
      unsubscribeUrl: null,
    });
    if (rendered.kind === 'held') throw new Error(rendered.reason);
    return rendered;
  });
}

describe.each(cases)('the template %s for %s', (key, trigger) => {
  const definition = defineFromTemplate(key, trigger);

  it('may be saved as it is', () => {
    expect(parseDefinition(definition)).toEqual(definition);
    expect(definitionSchema.parse(definition).trigger.event).toBe(trigger);
  });

  it('greets by name and leaves no Liquid behind', () => {
    for (const { subject, text } of renderAll(
      definition,
      samplesOf(CATALOGUE[trigger].properties),
      samplesOf(CONTACT_PROPERTIES),
    )) {
      expect(text).toContain('Hi Jenny,');
      expect(subject + text).not.toMatch(/[{}]|undefined|null/);
    }
  });

  it('still reads well when only the amount is known', () => {
    const event = Object.fromEntries(CATALOGUE[trigger].properties.map(({ name }) => [name, null as PropertyValue]));
    const shown = { presentment_amount: 2000, presentment_currency: 'usd' };
    const amount = { amount: 2000, amount_due: 2000, currency: 'usd', ...shown };
    // Without these it doesn't start.
    const samples = samplesOf(CATALOGUE[trigger].properties);
    const demanded = definition.trigger.conditions
      .filter(({ operator }) => operator === 'is_set')
      .map(({ property }) => property.replace('event.', ''));
    const known = Object.fromEntries(demanded.map((name) => [name, samples[name] ?? null]));
    for (const { text, subject } of renderAll(definition, { ...event, ...amount, ...known }, {})) {
      expect(text).toContain('Hi there,');
      expect(text).not.toMatch(/ {2}|\n\n\n| [.,]/);
      expect(subject).not.toMatch(/ {2}| $/);
    }
  });

  it('sends its first email at once', () => {
    expect(definition.steps[0]?.kind).toBe('email');
  });
});

describe('the templates', () => {
  it('are marketing where nobody asked for them', () => {
    const kinds = cases.map(([key, trigger]) => [
      key,
      new Set(emailsOf(defineFromTemplate(key, trigger)).map(({ kind }) => kind)),
    ]);
    const marketing = [
      'new_customer',
      'checkout_not_finished',
      'welcome_back',
      'win_back',
      'contact_added',
      'list_joined',
    ];
    for (const [key, kind] of kinds)
      expect(kind).toEqual(new Set([marketing.includes(key as string) ? 'marketing' : 'transactional']));
  });

  it('welcome to a list on that list, once; to any, with each that is joined', () => {
    const { trigger, steps } = defineFromTemplate('list_joined', undefined, 'lst_1');
    expect(trigger.conditions).toEqual([{ property: 'event.list', operator: 'is', value: 'lst_1' }]);
    expect(trigger.frequency).toBe('once_per_contact');
    expect(steps).toMatchObject([{ kind: 'email', list: 'lst_1', email: { kind: 'marketing' } }]);
    expect(parseDefinition(defineFromTemplate('list_joined', undefined, 'lst_1')).steps).toEqual(steps);
    const any = defineFromTemplate('list_joined');
    expect(any.trigger).toMatchObject({ conditions: [], frequency: 'every_time' });
    expect(any.steps[0]).not.toHaveProperty('list');
  });

  it('chase a failed payment three times until its invoice is paid', () => {
    const definition = defineFromTemplate('payment_failed');
    expect(definition.steps.map(({ kind }) => kind)).toEqual(['email', 'wait', 'email', 'wait', 'email']);
    expect(definition.exit_events).toEqual([{ event: 'invoice.paid', match: 'object' }]);
    expect(definition.trigger.frequency).toBe('once_per_subject');
  });

  it('refuse an unknown key and an event they are not made for', () => {
    expect(() => defineFromTemplate('nope')).toThrow(/template: must be one of new_customer/);
    expect(() => defineFromTemplate('toString')).toThrow(/template/);
    expect(() => defineFromTemplate('new_customer', 'invoice.paid')).toThrow(
      /trigger: must be one of customer.created/,
    );
  });
});
