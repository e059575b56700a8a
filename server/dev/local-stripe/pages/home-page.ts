import { CHOICE_TYPES } from '../../../../shared/catalogue';
import { groupBy } from '../../../group-by';
import type { Account } from '../account';
import type { Advanced } from '../time/advance';
import { sayMoved } from './advance';
import { dateText, html, page, type Html } from './html';

export interface Filled {
  account?: string | undefined;
  email?: string | undefined;
  name?: string | undefined;
}

interface Home {
  accounts: Account[];
  /** Epoch milliseconds. */
  now: number;
  /** The type that was just triggered. */
  sent: string | null;
  /** What the form was last sent with. */
  filled: Filled;
  /** How time was just moved. */
  moved: Advanced | null;
}

/** What the local Stripe is, a button for every event, and some that move time. */
export const homePage = ({ accounts, now, sent, filled, moved }: Home): string =>
  page(
    'Trigger an event',
    html`
      <h1>Trigger an event</h1>
      <p class="quiet">
        This process plays Stripe for the Tillpost beside it: the API under <code>/v1</code>, the install page and
        signed webhooks. Each button makes one event happen in test mode and sends it.
      </p>
      ${sent !== null && html`<p class="notice" role="status">Sent <code>${sent}</code>.</p>`}
      ${moved !== null && html`<p class="notice" role="status">${sayMoved(moved)}</p>`}
      <form class="card" method="post" action="/_sandbox/advance">
        <h2>Time</h2>
        <p class="quiet">
          It is ${dateText(Math.floor(now / 1000))} here. Moving on lets trials end, subscriptions renew and failed
          cards be tried again, each at its own time. It can’t be moved back.
        </p>
        <div class="buttons">
          ${SPANS.map(([by, label]) => html`<button name="by" value="${by}">${label}</button>`)}
        </div>
      </form>
      <form class="card" method="post" action="/_sandbox/trigger">
        <div class="fields">
          <label
            >Account
            <select name="account">
              ${accounts.map((account) => accountOption(account, account.id === filled.account))}
            </select></label
          >
          <label
            >Email
            <input
              name="email"
              type="email"
              value="${filled.email ?? ''}"
              placeholder="somebody new"
              autocomplete="off"
          /></label>
          <label
            >Name <input name="name" value="${filled.name ?? ''}" placeholder="from the email" autocomplete="off"
          /></label>
        </div>
        ${groups().map(
          ({ name, types }) => html`
            <h2>${name}</h2>
            <div class="buttons">
              ${types.map((type) => html`<button name="type" value="${type}">${type}</button>`)}
            </div>
          `,
        )}
      </form>
    `,
  );

const SPANS = [
  ['1d', '1 day'],
  ['7d', '1 week'],
  ['30d', '1 month'],
] as const;

const accountOption = ({ id, name }: Account, isChosen: boolean): Html =>
  isChosen ? html`<option value="${id}" selected>${name}</option>` : html`<option value="${id}">${name}</option>`;

/** By what the event is about, in the catalogue's order. */
function groups(): { name: string; types: string[] }[] {
  const byObject = groupBy(CHOICE_TYPES, (type) => type.split('.').slice(0, -1).join(' '));
  return [...byObject].map(([name, types]) => ({ name, types }));
}
