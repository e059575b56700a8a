import { isStripePage } from './stripe';

const STRIPE = 'https://api.stripe.com';
const LOCAL = 'http://127.0.0.1:4243';

it.each(['https://invoice.stripe.com/i/acct_1/live_1?s=em', 'https://billing.stripe.com/p/session/1'])(
  'people may be sent to %s',
  (url) => expect([isStripePage(url, STRIPE), isStripePage(url, LOCAL)]).toEqual([true, true]),
);

it('people are sent to the local Stripe only where that is our Stripe', () => {
  const url = 'http://127.0.0.1:4243/i/acct_1/test_1';
  expect([isStripePage(url, STRIPE), isStripePage(url, LOCAL)]).toEqual([false, true]);
});

it.each([
  'http://invoice.stripe.com/i/1',
  'https://invoice.stripe.com.evil.example/i/1',
  'https://evilstripe.com/i/1',
  'https://invoice.stripe.com@evil.example/i/1',
  'https://me:secret@invoice.stripe.com/i/1',
  'https://invoice.stripe.com:8443/i/1',
  'https://evil.example/?stripe.com',
  'https://evil.example/#.stripe.com',
  'https://evil.example\\.stripe.com/i/1',
  '//invoice.stripe.com/i/1',
  'javascript:alert(1)//.stripe.com',
  'data:text/html,stripe.com',
  'http://127.0.0.1:4244/i/1',
  '',
  null,
  { href: 'https://invoice.stripe.com' },
])('nobody is sent to %p', (url) => {
  expect([isStripePage(url, STRIPE), isStripePage(url, LOCAL)]).toEqual([false, false]);
});
