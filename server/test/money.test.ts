import { formatAmount } from '../../stripe-app/src/format';
import { createFormats } from '../console/format';
import { renderEmail } from '../emails/render';
import { countOnlyWork } from './work-clock';

countOnlyWork();

const inEmail = (amount: number, currency: string, locale: string) => {
  const rendered = renderEmail({
    content: {
      kind: 'transactional',
      subject: 'Hello',
      preview_text: '',
      body: '{{ event.amount | money: event.currency }}',
    },
    event: { amount, currency },
    contact: {},
    sender: { name: 'Acme' },
    locale,
    timezone: 'UTC',
    postalAddress: null,
    unsubscribeUrl: null,
  });
  return rendered.kind === 'held' ? rendered.reason : rendered.text.trimEnd();
};
const inConsole = (amount: number, currency: string, locale: string) =>
  createFormats({ locale, timeZone: 'UTC', now: 0 }).money(amount, currency);

const CURRENCIES = ['usd', 'eur', 'jpy', 'huf', 'cop', 'idr', 'pkr', 'isk', 'ugx', 'kwd', 'bif', 'twd', 'xyz'];
const AMOUNTS = [0, 5, 123400, 123456, -123456, Number.MAX_SAFE_INTEGER];

it.each(CURRENCIES)('writes an amount of %s the same in an email, in the console and in the Dashboard', (currency) => {
  for (const amount of AMOUNTS) {
    expect(inConsole(amount, currency, 'en-US')).toBe(formatAmount(amount, currency));
    for (const locale of ['en-US', 'de-DE', 'ja-JP'])
      expect(inEmail(amount, currency, locale)).toBe(inConsole(amount, currency, locale));
  }
});
