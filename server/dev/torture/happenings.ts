/**
 * What happens at the merchant's Stripe account during the torture: customers come, move, pay and leave. The local
 * Stripe's own objects are changed first, so that look-ups find the truth; the events are returned for delivery.
 */
import type Stripe from 'stripe';
import { newCustomer } from '../local-stripe/resources/customer';
import type { StripeEvent, Tenant as StripeTenant } from '../local-stripe/tenant';
import type { Clock } from './clock';
import type { Dice } from './dice';
import * as objects from './event-objects';
import { REFUSED } from './mail-server';
import type { StripePast } from './stripe-past';

export interface Customer {
  stripe: Stripe.Customer;
  /** No customer.* event is ever sent of them: Stripe has to be asked who they are. */
  isQuiet: boolean;
  isDeleted: boolean;
  /** An event of theirs was processed: their address must be here. */
  isKnown: boolean;
}

/** What must become of an event that was answered 200; `any` where a deletion makes the order matter. */
type Expected = 'processed' | 'ignored' | 'any';

export interface Happening {
  id: string;
  type: string;
  /** Events about the same object start a workflow once. */
  objectId: string;
  customer: Customer | null;
  /** A guest's own address. */
  guest: string | null;
  expected: Expected;
  /** Carries a customer's address: delivered until it is taken, as only then the end state is known. */
  isEssential: boolean;
  /** `forged` bears a wrong signature; `missed` is never delivered but stands in Stripe's list of events. */
  way: 'delivered' | 'forged' | 'missed';
  body: string;
}

export type Happenings = ReturnType<typeof createHappenings>;

type Make = () => Happening[];

const ADDRESSES_PER_CUSTOMER = 0.6;
/** Customers who can change. */
const FEWEST = 5;
const STRANGER = 'acct_1NobodyKnowsMe';

interface Surroundings {
  dice: Dice;
  clock: Clock;
  past: StripePast;
  /** Of every id, so that no two runs share one. */
  prefix: string;
  /** How often each kind happens. */
  mix: Mix;
}

/** Parts of the whole. */
export type Mix = Readonly<Record<Kind, number>>;
type Kind =
  | 'arrive'
  | 'rename'
  | 'change'
  | 'pay'
  | 'fail'
  | 'settle'
  | 'subscribe'
  | 'accept'
  | 'offer'
  | 'dispute'
  | 'checkOut'
  | 'leave'
  | 'irrelevant'
  | 'strange'
  | 'forge';

export function createHappenings(
  account: string,
  stripe: StripeTenant,
  { dice, clock, past, prefix, mix }: Surroundings,
) {
  const customers: Customer[] = [];
  const addresses: string[] = [];
  /** Invoices whose payment failed. */
  const open: { invoice: ReturnType<typeof objects.invoice>; customer: Customer }[] = [];
  const paidAt = new Map<string, number>();
  let made = 0;
  let outspoken = 0;

  const seconds = () => Math.floor(clock.now() / 1000);

  /** Anyone who fits. The list only grows: it is not looked through. */
  function someCustomer(fits: (customer: Customer) => boolean): Customer {
    for (;;) {
      const one = dice.pick(customers);
      if (fits(one)) return one;
    }
  }

  function newAddress(): string {
    const name = `${prefix}-${addresses.length}@example.com`;
    const address = dice.chance(0.03) ? `${REFUSED}${name}` : name;
    addresses.push(address);
    return address;
  }
  const someAddress = () =>
    addresses.length === 0 || dice.chance(ADDRESSES_PER_CUSTOMER) ? newAddress() : dice.pick(addresses);

  function happening(type: string, object: { id?: string }, given: Partial<Happening> = {}): Happening {
    const id = `evt_${prefix}_${++made}`;
    const created = seconds();
    const event = { ...objects.envelope(account, created), id, type, data: { object } };
    return {
      id,
      type,
      objectId: object.id ?? id,
      customer: null,
      guest: null,
      expected: 'processed',
      isEssential: false,
      way: 'delivered',
      ...given,
      body: JSON.stringify(event),
    };
  }

  function addCustomer(isQuiet: boolean): Customer {
    const made = newCustomer(stripe, `Name ${customers.length} ${prefix}`, someAddress());
    const customer = { stripe: stripe.customers.put(made), isQuiet, isDeleted: false, isKnown: false };
    customers.push(customer);
    outspoken += isQuiet ? 0 : 1;
    noteCustomer(customer);
    return customer;
  }

  const noteCustomer = ({ stripe: object }: Customer) => past.note(`/v1/customers/${object.id}`, object);

  const aboutCustomer = (type: string, customer: Customer) =>
    happening(type, { ...customer.stripe }, { customer, isEssential: true });

  const update = (customer: Customer, isMoving: boolean): Happening => {
    if (isMoving) customer.stripe.email = someAddress();
    else customer.stripe.name = `Renamed ${made} ${prefix}`;
    noteCustomer(customer);
    return aboutCustomer('customer.updated', customer);
  };

  const someone = () => (outspoken === 0 ? addCustomer(true) : someCustomer(({ isDeleted }) => !isDeleted));
  const someOutspoken = () => someCustomer(({ isDeleted, isQuiet }) => !isDeleted && !isQuiet);

  /** An invoice as Stripe has it from now on. */
  function putInvoice<T extends object & { id: string }>(invoice: T): T {
    stripe.invoices.put(invoice as unknown as Stripe.Invoice);
    past.note(`/v1/invoices/${invoice.id}`, invoice);
    return invoice;
  }

  const arrive: Make = () => [aboutCustomer('customer.created', addCustomer(false))];
  const change: Make = () => {
    const customer = someOutspoken();
    return Array.from({ length: dice.chance(0.3) ? 2 : 1 }, () => update(customer, dice.chance(0.5)));
  };
  const rename: Make = () => [update(someOutspoken(), false)];
  const newInvoice = (customer: Customer) => putInvoice(objects.invoice(`in_${prefix}_${made}`, customer.stripe));
  const payNow = (invoice: ReturnType<typeof newInvoice>) => {
    paidAt.set(invoice.id, clock.now());
    return putInvoice({ ...invoice, ...objects.PAID });
  };
  const pay: Make = () => {
    const customer = someone();
    const invoice = newInvoice(customer);
    const isPaid = payNow(invoice);
    const paid = happening('invoice.paid', isPaid, { customer });
    // Stripe sometimes makes two events of one change.
    const twin = dice.chance(0.1) ? [happening('invoice.paid', isPaid, { customer })] : [];
    const failed = dice.chance(0.2) ? [happening('invoice.payment_failed', invoice, { customer })] : [];
    return [...failed, paid, ...twin];
  };
  const fail: Make = () => {
    const customer = someone();
    const invoice = newInvoice(customer);
    open.push({ invoice, customer });
    return [happening('invoice.payment_failed', invoice, { customer })];
  };
  const settle: Make = () => {
    if (open.length === 0) return fail();
    const [{ invoice, customer }] = open.splice(dice.between(0, open.length - 1), 1) as [(typeof open)[number]];
    return [happening('invoice.paid', payNow(invoice), { customer })];
  };
  const subscribe: Make = () => {
    const customer = dice.chance(0.5) ? addCustomer(true) : someone();
    const subscription = objects.subscription(`sub_${prefix}_${made}`, customer.stripe, seconds());
    stripe.subscriptions.put(subscription as unknown as Stripe.Subscription);
    return [happening('customer.subscription.created', subscription, { customer })];
  };
  const accept: Make = () => {
    const customer = dice.chance(0.5) ? addCustomer(true) : someone();
    return [happening('quote.accepted', objects.quote(`qt_${prefix}_${made}`, customer.stripe), { customer })];
  };
  /** Starts nothing. */
  const offer: Make = () => {
    const customer = someone();
    const quote = { ...objects.quote(`qt_${prefix}_${made}`, customer.stripe), status: 'open' };
    return [happening('quote.finalized', quote, { customer })];
  };
  const dispute: Make = () => {
    const customer = someone();
    const charge = stripe.charges.put(objects.charge(`ch_${prefix}_${made}`, customer.stripe, seconds()));
    return [happening('charge.dispute.created', objects.dispute(`du_${prefix}_${made}`, charge.id), { customer })];
  };
  const checkOut: Make = () => {
    const guest = `guest-${made}-${prefix}@example.com`;
    const session = objects.checkoutSession(`cs_${prefix}_${made}`, guest);
    return [happening('checkout.session.completed', session, { guest })];
  };
  const leave: Make = () => {
    if (outspoken <= FEWEST) return arrive();
    const customer = someOutspoken();
    customer.isDeleted = true;
    outspoken--;
    stripe.customers.remove(customer.stripe.id);
    stripe.deletedCustomers.add(customer.stripe.id);
    return [aboutCustomer('customer.deleted', customer)];
  };
  const irrelevant: Make = () => [happening('payout.paid', { id: `po_${made}` }, { expected: 'ignored' })];
  const strange: Make = () => {
    const one = happening('invoice.paid', { id: `in_${made}` }, { expected: 'ignored' });
    return [{ ...one, body: JSON.stringify({ ...JSON.parse(one.body), account: STRANGER }) }];
  };
  const forge: Make = () => pay().map((one) => ({ ...one, way: 'forged' }));
  const missed = (happenings: Happening[]): Happening[] =>
    happenings.map((one) => {
      const { account: _account, ...event } = JSON.parse(one.body) as StripeEvent;
      stripe.events.put({ ...event, pending_webhooks: 1 });
      return { ...one, way: 'missed' };
    });

  const makes: Readonly<Record<Kind, Make>> = {
    arrive,
    rename,
    change,
    pay,
    fail,
    settle,
    subscribe,
    accept,
    offer,
    dispute,
    checkOut,
    leave,
    irrelevant,
    strange,
    forge,
  };
  const shares = Object.entries(mix) as [Kind, number][];
  const total = shares.reduce((sum, [, share]) => sum + share, 0);

  return {
    customers: customers as readonly Customer[],
    /** When each invoice was paid, by the torture's clock. */
    paidAt: paidAt as ReadonlyMap<string, number>,
    /** A payment that no webhook tells of. */
    miss: () => missed(pay()),
    fail,
    /** An invoice that was open is paid. */
    settle,
    missSettling: () => missed(settle()),
    next(): Happening[] {
      if (outspoken < FEWEST) return arrive();
      let left = dice.next() * total;
      for (const [kind, share] of shares) if ((left -= share) < 0) return makes[kind]();
      return arrive();
    },
  };
}

/** As it comes to a merchant. */
export const USUAL_MIX: Mix = {
  arrive: 14,
  rename: 0,
  change: 16,
  pay: 28,
  fail: 2,
  settle: 2,
  subscribe: 10,
  accept: 8,
  offer: 0,
  dispute: 6,
  checkOut: 8,
  leave: 2,
  irrelevant: 3,
  strange: 2,
  forge: 1,
};
