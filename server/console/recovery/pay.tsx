/** What a contact sees behind the link for paying, in the merchant's name. Nothing is paid here: Stripe's own page does that. */
import type { ReactNode } from 'react';
import type { InvoiceWords, PayPage, PayState } from '../../recovery/pay-routes';
import { Badge } from '../components/badge';
import { buttonClass } from '../components/form';
import { SitePage, type Mark } from '../components/site';

type Of<Kind extends PayState['kind']> = Extract<PayState, { kind: Kind }>;

interface Words {
  title: string;
  mark?: Mark;
  lead: ReactNode;
}

export function PayPageView({ sender, isTest, state }: PayPage) {
  const from = sender.name ?? 'the sender';
  const { title, mark, lead } = wordsFor(state, from);
  return (
    <SitePage title={title} site="Payment" sender={sender} mark={mark ?? null}>
      {'invoice' in state && state.kind !== 'paid' ? (
        <Amount title={title} invoice={state.invoice} isTest={isTest} />
      ) : (
        <h1>{title}</h1>
      )}
      <p className="lead">{lead}</p>
      <Next state={state} from={from} />
    </SitePage>
  );
}

/** The amount is what is read first, the title its label. */
const Amount = ({ title, invoice: { amount, number, subject }, isTest }: AmountProps) => (
  <>
    <div className="pay-head">
      <h1 className={amount ? 'pay-label' : undefined}>{title}</h1>
      {isTest && <Badge tone="warn" label="Test: no real money" />}
    </div>
    {amount && <p className="pay-amount">{amount}</p>}
    {(number ?? subject) && (
      <dl className="pay-facts">
        {number && <Fact name="Invoice" value={number} />}
        {subject && <Fact name="For" value={subject} />}
      </dl>
    )}
  </>
);

interface AmountProps {
  title: string;
  invoice: InvoiceWords;
  isTest: boolean;
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

const DONE: Mark = { icon: 'check', tone: 'good' };
const OVER: Mark = { icon: 'info', tone: 'plain' };
const LATER: Mark = { icon: 'clock', tone: 'plain' };

function wordsFor(state: PayState, from: string): Words {
  switch (state.kind) {
    case 'due':
      return { title: `To be paid to ${from}`, lead: 'You pay on a page of Stripe, which takes payments for us.' };
    case 'open':
      return wordsForOpen(state, from);
    case 'paid':
      return { title: 'This invoice is paid', mark: DONE, lead: paidLead(state, from) };
    case 'void':
      return {
        title: 'This invoice was canceled',
        mark: OVER,
        lead: `There is nothing to pay: ${from} has canceled the invoice that this link was for.`,
      };
    case 'gone':
      return {
        title: 'This invoice isn’t there any more',
        mark: OVER,
        lead: `There is nothing to pay here. If you think there should be, ask ${from}.`,
      };
    case 'closed':
      return {
        title: 'This invoice isn’t collected any more',
        mark: OVER,
        lead: `It can’t be paid by this link. If you want to pay it, ask ${from} how.`,
      };
    case 'unavailable':
      return {
        title: 'We can’t open the payment right now',
        mark: LATER,
        lead: 'Stripe, which takes payments for us, doesn’t answer at the moment. Nothing was charged. Try again in a minute.',
      };
    case 'expired':
      return {
        title: 'This link has expired',
        mark: LATER,
        lead: `It worked for 60 days. Use the link in a newer email, or ask ${from} for another.`,
      };
    case 'ended':
      return {
        title: 'This link doesn’t work any more',
        mark: OVER,
        lead: `Nothing can be paid by it. If you have something to pay, ask ${from} how.`,
      };
    case 'sample':
      return {
        title: 'This is a sample',
        mark: OVER,
        lead: 'The email was a test or a preview. In emails to your contacts, this link leads to the invoice that is to be paid.',
      };
  }
}

function wordsForOpen({ ways, cardProblem, retryOn }: Of<'open'>, from: string): Words {
  if (ways.length === 0)
    return {
      title: `To be paid to ${from}`,
      lead: `Stripe has no page on which this invoice can be paid. Ask ${from} how to pay it.`,
    };
  if (cardProblem === null)
    return { title: `To be paid to ${from}`, lead: 'Stripe’s page is ready. Any card will do there.' };
  const cause =
    cardProblem === 'missing'
      ? 'There is no card on file that could be charged.'
      : 'The card on file can’t be charged any more.';
  const next = retryOn
    ? `Enter another one, and the payment is tried again on ${retryOn}. Or pay now, with any card.`
    : 'Pay now with any card, and replace the one on file for the next time.';
  return { title: `To be paid to ${from}`, lead: `${cause} ${next}` };
}

function paidLead({ invoice: { amount, number }, paidOn }: Of<'paid'>, from: string): string {
  const on = paidOn ? ` on ${paidOn}` : '';
  const what = amount ? `${amount} to ${from} was paid${on}` : `It was paid${on}`;
  return `${what}${number ? ` (invoice ${number})` : ''}. There is nothing left to do. Thank you.`;
}

function Next({ state, from }: { state: PayState; from: string }) {
  switch (state.kind) {
    case 'due':
      return (
        <>
          <form method="post" className="pay-form">
            <button className={buttonClass('primary')}>Continue</button>
          </form>
          <p className="pay-hint">Nothing is charged by going on. Your card’s details stay with Stripe.</p>
        </>
      );
    case 'unavailable':
      return (
        <form method="post" className="pay-form pay-last">
          <button className={buttonClass('primary')}>Try again</button>
        </form>
      );
    case 'open':
      return state.ways.length > 0 ? <Ways state={state} from={from} /> : null;
    default:
      return null;
  }
}

const Ways = ({ state: { ways, invoice }, from }: { state: Of<'open'>; from: string }) => (
  <>
    <div className="pay-ways">
      {ways.map(({ kind, url }, index) => (
        <a key={kind} className={buttonClass(index === 0 ? 'primary' : 'plain')} href={url} rel="noreferrer">
          {kind === 'card' ? 'Replace the card' : `Pay ${invoice.amount ?? 'the invoice'} now`}
        </a>
      ))}
    </div>
    <p className="pay-hint">
      {ways.length > 1 ? 'Both lead' : 'This leads'} to Stripe, which takes payments for {from}.
    </p>
  </>
);
