import { CATALOGUE, CONTACT_PROPERTIES, samplesOf } from '../../shared/catalogue';
import { previewSubject, renderEmail, type RenderInput } from './render';
import { countOnlyWork } from '../test/work-clock';

countOnlyWork();

const input = (body: string, rest: Partial<RenderInput> = {}, subject = 'Hello'): RenderInput => ({
  content: { kind: 'transactional', subject, preview_text: '', body },
  event: samplesOf(CATALOGUE['invoice.payment_failed'].properties),
  contact: samplesOf(CONTACT_PROPERTIES),
  sender: { name: 'Acme' },
  locale: 'en-US',
  timezone: 'UTC',
  postalAddress: null,
  unsubscribeUrl: null,
  ...rest,
});

function render(...args: Parameters<typeof input>) {
  const result = renderEmail(input(...args));
  if (result.kind === 'held') throw new Error(result.reason);
  return result;
}
const bodyOf = (html: string) => html.slice(html.indexOf('class="card"'));
const heldReason = (...args: Parameters<typeof input>) => {
  const result = renderEmail(input(...args));
  return result.kind === 'held' ? result.outcome : undefined;
};
const withName = (first_name: string | null) => ({ contact: { ...samplesOf(CONTACT_PROPERTIES), first_name } });

describe('an email', () => {
  it('fills merge tags into subject, HTML and text', () => {
    const { subject, html, text } = render(
      'Hi **{{ contact.first_name }}**, you owe {{ event.amount | money: event.currency }}.',
      {},
      'For {{ contact.first_name }}',
    );
    expect(subject).toBe('For Jenny');
    expect(html).toContain('Hi <strong>Jenny</strong>, you owe $20.00.');
    expect(text).toBe('Hi Jenny, you owe $20.00.\n');
  });

  it.each([
    ['a list', '- # x\n'.repeat(9_000)],
    ['one long address in many links', `[a]: https://example.com/${'x'.repeat(20_000)}\n\n${'[a] '.repeat(8_000)}`],
    ['a loop', '{% for n in (1..3000) %}> # {{ n }}\n\n{% endfor %}'],
  ])('is held when %s makes its HTML longer than any mail client shows', (_, body) => {
    expect(heldReason(body)).toBe('The email is too long: its HTML would be over 500 kB');
  });

  it('is held when a value is missing and no default stands in, and names it', () => {
    const nobody = withName(null);
    expect(heldReason('Hi {{ contact.first_name }}', nobody)).toContain('contact.first_name');
    expect(heldReason('Hi {{ contact.first_name | upcase }}', withName(''))).toContain('contact.first_name');
    expect(heldReason('{{ event.metadata.gift }}')).toContain('event.metadata.gift');
    expect(heldReason('Hi', nobody, 'Hi {{ contact.first_name }}')).toContain('contact.first_name');
    expect(render('Hi {{ contact.first_name | default: "there" }}', nobody).text).toBe('Hi there\n');
    expect(render('Hi{% if contact.first_name %} you{% endif %}!', nobody).text).toBe('Hi!\n');
  });

  it.each([
    [2000, 'jpy', 'en-US', '¥2,000'],
    [2000, 'kwd', 'en-US', 'KWD 2.000'],
    [123456, 'eur', 'de-DE', '1.234,56 €'],
    [500, 'isk', 'en-US', 'ISK 5'],
    [500, 'mga', 'en-US', 'MGA 500'],
  ])('writes %s %s in %s as %s', (amount, currency, locale, expected) => {
    const event = { amount, currency };
    const { text } = render('{{ event.amount | money: event.currency }}', { event, locale });
    expect(text.replace(/\s/g, ' ').trim()).toBe(expected);
  });

  it.each([
    ['{{ event.period_end | date }}', 'en-US', 'UTC', 'April 1, 2026'],
    ['{{ event.period_end | date: "short" }}', 'de-DE', 'UTC', '01.04.26'],
    ['{{ event.period_end | date: "%Y-%m-%d %H:%M" }}', 'en-US', 'Asia/Tokyo', '2026-04-01 18:00'],
    ['{{ event.due_date | default: "soon" | date }}', 'en-US', 'UTC', 'soon'],
  ])('writes the date %s in %s at %s', (body, locale, timezone, expected) => {
    const event = { period_end: '2026-04-01T09:00:00.000Z', due_date: null };
    expect(render(body, { event, locale, timezone }).text).toBe(`${expected}\n`);
  });

  it('lets no value become HTML, Markdown or a second line', () => {
    const hostile = '<script>alert(1)</script> **bold** [x](https://evil.example)\n\n# Big';
    const { html, text, subject } = render(
      'Hi {{ contact.first_name }}!\n\nBye',
      withName(hostile),
      'Hi {{ contact.first_name }}',
    );
    expect(bodyOf(html)).toContain('Hi &lt;script&gt;alert(1)&lt;/script&gt; **bold** [x](https://evil.example)');
    expect(html).not.toMatch(/<script|<h1|href="https:\/\/evil/);
    expect(text).toContain('Hi <script>alert(1)</script> **bold** [x](https://evil.example) # Big!\n\nBye');
    expect(subject).toBe('Hi <script>alert(1)</script> **bold** [x](https://evil.example) # Big');
  });

  it('keeps headers out of the subject', () => {
    expect(render('Hi', withName('Jenny\r\nBcc: all@example.com'), '{{ contact.first_name }}').subject).toBe(
      'Jenny Bcc: all@example.com',
    );
  });

  it('leaves raw HTML of the template as text', () => {
    expect(bodyOf(render('<img src=x onerror=alert(1)> & more').html)).toContain(
      '&lt;img src=x onerror=alert(1)&gt; &amp; more',
    );
  });

  it('links whole URLs from values, and encodes values inside one', () => {
    const event = { url: 'https://pay.example/i/a_b*c?x=1&y=2', id: 'a/b?c d&"' };
    const { html, text } = render('See [this]({{ event.url }}) or [that](https://x.example/o/{{ event.id }}?v=1) now', {
      event,
    });
    expect(html).toContain('href="https://pay.example/i/a_b*c?x=1&amp;y=2"');
    expect(html).toContain('href="https://x.example/o/a%2Fb%3Fc%20d%26%22?v=1"');
    expect(text).toContain('this: https://pay.example/i/a_b*c?x=1&y=2');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', ' \tjavascript:alert(1)', '/relative', ''])(
    'opens nothing for a link to "%s"',
    (url) => {
      const { html } = render('Go [there]({{ event.url | default: "" }}) now', { event: { url } });
      expect(html).toContain('<a href="#"');
      expect(html).not.toMatch(/href="(?!#)/);
    },
  );

  it('makes a button of a link that stands alone', () => {
    const { html, text } = render('[Pay {{ event.amount | money: event.currency }}]({{ event.hosted_invoice_url }})');
    expect(html).toMatch(/<td class="button"[^>]*><a href="https:\/\/invoice\.stripe\.com[^>]*>Pay \$20\.00<\/a>/);
    expect(text).toContain('Pay $20.00: https://invoice.stripe.com/');
  });

  it('reads well as plain text', () => {
    const body =
      '# Title\n\nOne\ntwo\n\n- a\n- b\n  - c\n\n1. x\n2. y\n\n> quoted\n\n---\n\n`code` <https://a.example/>\n\n| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nEnd';
    expect(render(body).text).toBe(
      'Title\n\nOne\ntwo\n\n- a\n- b\n  - c\n\n1. x\n2. y\n\n> quoted\n\n---\n\ncode https://a.example/\n\nA | B\n1 | 2\n3 | 4\n\nEnd\n',
    );
  });

  it('carries preview text, the postal address and a way out when it is marketing', () => {
    const { content } = input('Hi');
    const { html, text } = render('', {
      content: { ...content, kind: 'marketing', preview_text: 'For {{ contact.first_name }}' },
      postalAddress: 'Acme Inc.\n1 Main St <Springfield>',
      unsubscribeUrl: 'https://mail.example/unsubscribe/abc',
    });
    expect(html.indexOf('For Jenny')).toBeLessThan(html.indexOf('class="card"'));
    expect(html).toContain('1 Main St &lt;Springfield&gt;');
    expect(html).toContain('href="https://mail.example/unsubscribe/abc"');
    expect(text).toBe(
      'Hi\n\n-- \nAcme Inc.\n1 Main St <Springfield>\nUnsubscribe: https://mail.example/unsubscribe/abc\n',
    );
  });

  it.each([
    ['{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}'],
    ['{% for a in (1..999999999) %}x{% endfor %}'],
    ['{% assign s = "xxxxxxxxxxxxxxxx" %}{% for a in (1..40) %}{% assign s = s | append: s %}{% endfor %}{{ s }}'],
  ])('is held when its template runs wild: %s', (body) => {
    const before = performance.now();
    expect(heldReason(body)).toMatch(/too (long|much)/);
    expect(performance.now() - before).toBeLessThan(30_000);
  });

  it.each([
    '{% include "x" %}',
    '{% render "x" %}',
    '{% layout "x" %}',
    '{{ contact | raw }}',
    '{{ contact.constructor.name }}',
  ])('knows no %s', (body) => {
    expect(heldReason(body)).toBeDefined();
  });
});

describe('a subject before its email is made', () => {
  const preview = (subject: string) => previewSubject(subject, input('', { event: { on: '2026-01-01' } }));

  it('is filled in', () => {
    const subject = '{% if contact.plan == "Pro" %}Dear {% endif %}{{ contact.first_name | default: "you" | upcase }}';
    expect(preview(subject)).toBe('Dear JENNY');
    expect(preview('{{ event.on | date }}: {{ contact.first_name }}')).toBe('January 1, 2026: Jenny');
    expect(preview('{{ event.nothing }}')).toBe('{{ event.nothing }}');
  });

  it.each([
    ['a loop', '{% for i in (1..550000) %}{% endfor %}'],
    ['a long list', '{{ (1..550000) | size }}'],
    ['a list that is searched', `{% assign x=(1..19000) %}{% if ${'x contains 0 or '.repeat(27)}true %}{% endif %}`],
    ['a text that doubles', `{% assign x = "aaaa" %}${'{%assign x=x|append:x%}'.repeat(16)}{{ x | upcase }}`],
    ['much that is short', `{% if ${'(1..999) contains 0 or '.repeat(20)}true %}{% endif %}`],
    ['many dates', '{{"2026-01-01"|date:"%x"}}'.repeat(19)],
  ])('stands as it is written when it has %s, and takes no time', (_what, subject) => {
    preview(subject);
    const before = performance.now();
    for (let n = 0; n < 20; n++) expect(preview(subject)).toBe(subject);
    // A long list alone took 140 ms each time.
    expect(performance.now() - before).toBeLessThan(500);
  });
});
