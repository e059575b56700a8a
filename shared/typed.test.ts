/** What people type, read the same way wherever they type it. */
import { splitAddresses } from './addresses';
import { minorDigits } from './money';
import { defaultSettings, settingsSchema } from './settings';
import { userGroupSchema } from './user-group';
import { nameSetting } from './words/fields';
import { stepSchema } from './workflow';

it('takes addresses apart at line breaks, commas and semicolons', () => {
  expect(splitAddresses('a@x.com, b@x.com;c@x.com\r\n\n  d@x.com ')).toEqual([
    'a@x.com',
    'b@x.com',
    'c@x.com',
    'd@x.com',
  ]);
  expect(splitAddresses(' \n')).toEqual([]);
});

describe('a user group', () => {
  const inSettings = (user_group: unknown) => {
    const settings = defaultSettings();
    return settingsSchema.safeParse({
      ...settings,
      events: { ...settings.events, 'invoice.paid': { ...settings.events['invoice.paid'], user_group } },
    }).success;
  };
  const inStep = (user_group: unknown) => stepSchema.safeParse({ id: 's', kind: 'update_contact', user_group }).success;

  it.each([
    [' VIP ', 'VIP'],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['  ', null],
    ['', null],
    [null, null],
  ])('%j is kept as %j', (typed, kept) => {
    expect(userGroupSchema.parse(typed)).toBe(kept);
    expect([inSettings(typed), inStep(typed)]).toEqual([true, true]);
  });

  it.each(['x'.repeat(101), 'two\nlines', 'a\u0000b', 7])('%j is refused everywhere', (typed) => {
    expect(userGroupSchema.safeParse(typed).success).toBe(false);
    expect([inSettings(typed), inStep(typed)]).toEqual([false, false]);
  });
});

it.each([
  ['usd', 2],
  ['jpy', 0],
  ['kwd', 3],
  ['isk', 2],
  ['mga', 0],
])('knows that %s has %i digits in Stripe’s minor unit', (currency, digits) => {
  expect(minorDigits(currency)).toBe(digits);
});

it.each([
  ['events.customer.subscription.deleted.user_group', 'Subscription canceled, user group'],
  ['settings.test_recipients.0', 'Test addresses'],
  ['sender.reply_to', 'Reply-to address'],
  ['nothing', ''],
])('names the setting %s', (path, name) => {
  expect(nameSetting(path)).toBe(name);
});
