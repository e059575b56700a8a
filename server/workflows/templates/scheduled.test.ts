/** What the scheduled templates say, by what is known: their truth tables. */
import type { PropertyValue } from '../../../shared/catalogue';
import type { TemplateKey } from '../../../shared/templates';
import { renderEmail } from '../../emails/render';
import { matches } from '../match';
import { defineFromTemplate } from '.';
import { countOnlyWork } from '../../test/work-clock';

countOnlyWork();

type Properties = Record<string, PropertyValue>;

function say(key: TemplateKey, subject: Properties, event: Properties = {}): string {
  const [step] = defineFromTemplate(key).steps;
  if (step?.kind !== 'email') throw new Error('begins with an email');
  const rendered = renderEmail({
    content: step.email,
    event,
    subject,
    contact: {},
    sender: { name: null },
    locale: 'en-US',
    timezone: 'UTC',
    postalAddress: null,
    unsubscribeUrl: null,
  });
  if (rendered.kind === 'held') throw new Error(rendered.outcome);
  return `${rendered.subject}\n${rendered.text}`;
}

const DATE = '2026-04-01T09:00:00.000Z';
const KNOWN = { next_amount: 2000, next_currency: 'usd' };

const TRIALS: [name: string, Properties, says: string[], denies: string[]][] = [
  ['an amount', KNOWN, ['April 1, 2026', '$20.00 will be due when it ends.'], ['payment method']],
  [
    'a card',
    { ...KNOWN, has_payment_method: true },
    ['We’ll charge $20.00 to your payment method on file when it ends'],
    [],
  ],
  [
    'no card, which is invoiced',
    { ...KNOWN, has_payment_method: false, trial_settings: 'create_invoice' },
    ['$20.00 will be due'],
    ['Without'],
  ],
  ['no amount', { amount: 2000, currency: 'usd', interval: 'month' }, ['there is nothing to do'], ['$', 'charge ']],
  ['nothing to pay', { next_amount: 0, next_currency: 'usd' }, ['There is nothing to pay when it ends'], ['$']],
  ['an invoice', { ...KNOWN, collection_method: 'send_invoice' }, ['get an invoice over $20.00'], ['payment method']],
  ['its end', { ...KNOWN, cancel_at_period_end: true }, ['Your subscription will end with it'], ['$20.00', 'goes on']],
  ['a set end', { ...KNOWN, cancel_at: DATE }, ['Your subscription will end with it'], ['$20.00', 'goes on']],
  [
    'no card, which cancels it',
    { ...KNOWN, has_payment_method: false, trial_settings: 'cancel' },
    ['Without a payment method on file your subscription will end with it. With one, it goes on.'],
    ['$20.00'],
  ],
  [
    'no card, which pauses it',
    { ...KNOWN, has_payment_method: false, trial_settings: 'pause' },
    ['your subscription will be paused then. With one, it goes on.'],
    ['$20.00'],
  ],
];

it.each(TRIALS)('a trial that ends with %s is told what will really happen', (_name, known, says, denies) => {
  const text = say('trial_ends_in_7_days', { trial_end: DATE, ...known });
  for (const part of says) expect(text).toContain(part);
  for (const part of denies) expect(text).not.toContain(part);
});

const RENEWALS: [name: string, Properties, says: string, denies: string][] = [
  ['an amount', KNOWN, '$20.00 will be due then.', 'charge'],
  [
    'a card',
    { ...KNOWN, has_payment_method: true },
    'We’ll charge $20.00 to your payment method on file then.',
    'invoice',
  ],
  ['an invoice', { ...KNOWN, collection_method: 'send_invoice' }, 'get an invoice over $20.00 then.', 'charge'],
  ['no amount', { amount: 2000, currency: 'usd', next_amount: null }, 'renews on April 1, 2026.', '$'],
  ['nothing to pay', { next_amount: 0, next_currency: 'usd' }, 'There is nothing to pay then.', '$'],
];

describe.each(['renewal_coming', 'yearly_renewal'] as const)('the template %s', (key) => {
  it.each(RENEWALS)('tells of %s', (_name, known, says, denies) => {
    const text = say(key, { period_end: DATE, ...known });
    expect(text).toContain(says);
    expect(text).not.toContain(denies);
  });

  it.each(['day', 'week', 'month', 'year'])('is for its own rhythm, a %s', (interval) => {
    const { conditions } = defineFromTemplate(key).trigger;
    const isMeant = (interval === 'year') === (key === 'yearly_renewal');
    expect(matches(conditions, { event: { interval }, contact: {} })).toBe(isMeant);
  });
});

it('the win-back says what ended, and promises nothing', () => {
  const text = say('win_back', {}, { plan: 'Pro', ended_at: DATE });
  expect(text).toContain('your Pro subscription ended on April 1, 2026');
  expect(text).not.toMatch(/discount|free|% off/);
});

it('a card is named as far as it is known', () => {
  expect(say('card_expires', { card_last4: '4242', plan: 'Pro' }, { date: DATE })).toContain(
    'The card ending in 4242 that we charge for your Pro subscription expires on April 1, 2026.',
  );
  expect(say('card_expires', {}, { date: DATE })).toContain('The card that we charge for your subscription expires on');
});

it('keep what card networks ask for: 7 days before a trial ends, 7 to 30 before a yearly renewal', () => {
  expect(defineFromTemplate('trial_ends_in_7_days').trigger.days).toBeGreaterThanOrEqual(7);
  expect(defineFromTemplate('yearly_renewal').trigger.days).toBe(30);
});
