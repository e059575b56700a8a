/** HTML by tagged template: every value is escaped unless it is HTML itself. */
import { formatMoney } from '../../../../shared/money';

export class Html {
  constructor(readonly source: string) {}
}

type HtmlValue = string | number | Html | Html[] | null | false;

export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(parts.reduce((source, part, index) => source + render(values[index - 1]!) + part));
}

function render(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.source;
  if (Array.isArray(value)) return value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** `amount` in minor units. */
export const amountText = (amount: number, currency: string): string => formatMoney(amount, currency, 'en-US');

/** Epoch seconds. */
export const dateText = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' });

/** A whole document. */
export const page = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · local Stripe</title>
        <link rel="stylesheet" href="/_sandbox/style.css" />
      </head>
      <body>
        <header>
          <strong>Local Stripe</strong> <span>a stand-in on this machine: no real account, no real money</span>
        </header>
        <main>${body}</main>
      </body>
    </html>`.source;
