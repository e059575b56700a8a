import { isAutomatic, type ClickRequest } from './who-clicks';

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

const NOW = 1_000_000_000;
const click = (request: Partial<ClickRequest> = {}, sent: { sent_at?: number | null; delivered_at?: number } = {}) =>
  isAutomatic(
    { method: 'GET', userAgent: CHROME, purpose: undefined, ...request },
    { sent_at: NOW - 60_000, delivered_at: null, ...sent },
    NOW,
  );

it.each([
  CHROME,
  IPHONE,
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Opera/9.80 (Android; Opera Mini/36.2/119.132; U; id) Presto/2.12.423 Version/12.16',
  'Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Mobile Safari/537.36',
])('is a person: %s', (userAgent) => expect(click({ userAgent })).toBe(false));

it.each([
  '',
  'curl/8.5.0',
  'python-requests/2.31.0',
  'Go-http-client/2.0',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Mozilla/5.0 (compatible; Proofpoint URL Defense)',
  'WhatsApp/2.23.20.0',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
])('is a program: %s', (userAgent) => expect(click({ userAgent })).toBe(true));

it('is a program that asks for the head only, or ahead of a click', () => {
  expect(click({ method: 'HEAD' })).toBe(true);
  for (const purpose of ['prefetch', 'prefetch;prerender', 'preview']) expect(click({ purpose })).toBe(true);
});

it('is a program that comes before the email is noted as sent, or within seconds of its sending or delivery', () => {
  expect(click({}, { sent_at: null })).toBe(true);
  expect(click({}, { sent_at: NOW - 9_999 })).toBe(true);
  expect(click({}, { sent_at: NOW - 10_000 })).toBe(false);
  expect(click({}, { delivered_at: NOW - 9_999 })).toBe(true);
  expect(click({}, { delivered_at: NOW - 10_000 })).toBe(false);
});
