import { EVENT_TYPES } from '../../../../shared/catalogue';
import { groupBy } from '../../../group-by';
import type { Account } from '../account';
import { html, page, type Html } from './html';

/** What the local Stripe is, and a button for every event. `sent` is the type that was just triggered. */
export const homePage = (accounts: Account[], sent: string | null): string =>
  page(
    'Trigger an event',
    html`
      <h1>Trigger an event</h1>
      <p class="quiet">
        This process plays Stripe for the Tillpost beside it: the API under <code>/v1</code>, the install page and
        signed webhooks. Each button makes one event happen in test mode and sends it.
      </p>
      ${sent !== null && html`<p class="notice" role="status">Sent <code>${sent}</code>.</p>`}
      <form class="card" method="post" action="/_sandbox/trigger">
        <div class="fields">
          <label
            >Account
            <select name="account">
              ${accounts.map(accountOption)}
            </select></label
          >
          <label>Email <input name="email" type="email" placeholder="somebody new" autocomplete="off" /></label>
          <label>Name <input name="name" placeholder="from the email" autocomplete="off" /></label>
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

const accountOption = ({ id, name }: Account): Html => html`<option value="${id}">${name}</option>`;

/** By what the event is about, in the catalogue's order. */
function groups(): { name: string; types: string[] }[] {
  const byObject = groupBy(EVENT_TYPES, (type) => type.split('.').slice(0, -1).join(' '));
  return [...byObject].map(([name, types]) => ({ name, types }));
}
