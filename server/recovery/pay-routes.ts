/**
 * The page behind `{{ pay_url }}`. Opening it asks nobody and notes nothing, for link scanners open links too; its form asks
 * Stripe how the invoice stands, and answers with a link to the page of Stripe's where it is paid. The signed token is the
 * authority: no session, no CSRF token.
 */
import { Router, type Response } from 'express';
import { formatMoney } from '../../shared/money';
import type { Settings } from '../../shared/settings';
import type { PropertyValue } from '../../shared/catalogue';
import { propertiesOf } from '../audience/object-states';
import type { Context } from '../context';
import { formatDate } from '../emails/dates';
import type { PageSender } from '../emails/page-sender';
import { notePayClick } from '../emails/pay-clicks';
import { createLimits } from '../limit-middleware';
import type { CardProblem } from '../stripe-objects/card-problem';
import { askStripe, type Way } from './ask-stripe';
import { followPayLink, type Payable, type PayLink } from './pay-link';

/** As people read it; each null where it isn't known. */
export interface InvoiceWords {
  number: string | null;
  /** What it is for: the plan's name, or its main line. */
  subject: string | null;
  /** What remains to be paid, or was paid. */
  amount: string | null;
}

export type PayState =
  | { kind: 'due'; invoice: InvoiceWords }
  /** `retryOn`: when Stripe tries again by itself. */
  | { kind: 'open'; invoice: InvoiceWords; ways: Way[]; cardProblem: CardProblem | null; retryOn: string | null }
  | { kind: 'paid'; invoice: InvoiceWords; paidOn: string | null }
  /** `gone`: Stripe knows no such invoice. `closed`: it isn't collected any more. */
  | { kind: 'void' | 'gone' | 'closed' }
  | { kind: 'unavailable' | Exclude<PayLink['to'], Payable> };

export interface PayPage {
  sender: PageSender;
  /** No real money. */
  isTest: boolean;
  state: PayState;
}

export interface PayPages {
  /** A page whose form, where there is one, posts back to its own address. */
  pay(res: Response, page: PayPage): void;
  problem(
    res: Response,
    page: { title: string; message: string; next: { label: string; href: string }[] },
  ): Promise<void>;
}

const STATUSES: Partial<Record<PayState['kind'], number>> = { unavailable: 503, expired: 410, ended: 410 };
const TRY_AGAIN_S = 30;

export function payRoutes(ctx: Context, pages: PayPages): Router {
  const router = Router();
  const limits = createLimits();

  router.get('/pay/:token', ...limits.byToken, async (req, res) => {
    const link = await followPayLink(ctx, String(req.params.token));
    if (!link) return fail(res);
    show(
      res,
      link,
      typeof link.to === 'string'
        ? { kind: link.to }
        : (keptState(link.to, link.settings) ?? due(link.to, link.settings)),
    );
  });

  router.post('/pay/:token', ...limits.byToken, async (req, res) => {
    const token = String(req.params.token);
    const link = await followPayLink(ctx, token);
    if (!link) return fail(res);
    show(res, link, await goOn(link, `${ctx.config.publicUrl}/pay/${token}`));
  });

  /** The click is noted first: nothing that Stripe does or doesn't can lose it. */
  async function goOn({ tenant, to, settings }: PayLink, url: string): Promise<PayState> {
    if (typeof to === 'string') return { kind: to };
    if (!(await notePayClick(ctx.db, tenant, to.email.id, ctx.clock.now()))) return { kind: 'ended' };
    const answer = await askStripe(ctx, to.email, url);
    if (answer.kind === 'unavailable') return keptState(to, settings) ?? { kind: 'unavailable' };
    if (answer.kind !== 'invoice') return { kind: 'gone' };
    const { facts, ways, cardProblem } = answer;
    const ending = endingOf(facts.status, facts.properties, settings);
    if (ending) return ending;
    const retryOn = dateIn(facts.properties.next_payment_attempt, settings);
    return {
      kind: 'open',
      invoice: wordsOf(facts.properties, 'amount_remaining', settings),
      ways,
      cardProblem,
      retryOn,
    };
  }

  function show(res: Response, { tenant, sender }: PayLink, state: PayState): void {
    res.status(STATUSES[state.kind] ?? 200);
    if (state.kind === 'unavailable') res.set('Retry-After', String(TRY_AGAIN_S));
    pages.pay(res, { sender, isTest: !tenant.livemode, state });
  }

  function fail(res: Response): Promise<void> {
    const message = 'It may have been cut off on its way. Use the link in the email itself, or reply to the email.';
    return pages.problem(res.status(404), { title: 'This link doesn’t work', message, next: [] });
  }

  return router;
}

type Properties = Readonly<Record<string, PropertyValue>>;

const due = ({ kept }: Payable, settings: Settings): PayState => ({
  kind: 'due',
  invoice: wordsOf(kept ? propertiesOf(kept) : {}, 'amount_remaining', settings),
});

const keptState = ({ kept }: Payable, settings: Settings): PayState | undefined =>
  kept && endingOf(kept.status, propertiesOf(kept), settings);

/** Undefined while it can be paid. */
function endingOf(status: string | null, properties: Properties, settings: Settings): PayState | undefined {
  switch (status) {
    case 'paid':
      return {
        kind: 'paid',
        invoice: wordsOf(properties, 'amount_paid', settings),
        paidOn: dateIn(properties.paid_at, settings),
      };
    case 'void':
    case 'gone':
      return { kind: status };
    case 'uncollectible':
      return { kind: 'closed' };
    default:
      return undefined;
  }
}

function wordsOf(
  properties: Properties,
  amountField: 'amount_remaining' | 'amount_paid',
  { locale }: Settings,
): InvoiceWords {
  const { number, currency, [amountField]: amount } = properties;
  const subject = properties.plan ?? properties.line_description;
  return {
    number: typeof number === 'string' ? number : null,
    subject: typeof subject === 'string' ? subject : null,
    amount: typeof amount === 'number' && typeof currency === 'string' ? formatMoney(amount, currency, locale) : null,
  };
}

function dateIn(value: PropertyValue | undefined, { locale, timezone }: Settings): string | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? null : (formatDate(ms, 'long', locale, timezone) ?? null);
}
