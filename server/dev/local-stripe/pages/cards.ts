/** The test cards that the pages for customers offer. */
import { html, type Html } from './html';

const CARDS = [
  ['pm_card_visa', 'A card that works'],
  ['pm_card_chargeCustomerFail', 'A card that is declined'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'A card without enough money'],
  ['pm_card_chargeDeclinedExpiredCard', 'A card that has expired'],
  ['pm_card_authenticationRequired', 'A card that asks for a confirmation'],
] as const;

export const chooseCard = (): Html => html`
  <div class="fields">
    <label
      >Card
      <select name="card">
        ${CARDS.map(([value, label]) => html`<option value="${value}">${label}</option>`)}
      </select></label
    >
  </div>
`;

/** What the form says; a card that works where it says nothing known. */
export function readCard(body: unknown): string {
  const { card } = (body ?? {}) as { card?: unknown };
  return CARDS.find(([value]) => value === card)?.[0] ?? CARDS[0][0];
}
