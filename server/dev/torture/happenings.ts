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

export interface Customer {
  stripe: Stripe.Customer;
  /** No customer.* event is ever sent of them: Stripe has to be asked who they are. */
  isQuiet: boolean;
  isDeleted: boolean;
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
const STRANGER = 'acct_1NobodyKnowsMe';

interface Surroundings {
  dice: Dice;
  clock: Clock;
  /** Of every id, so that no two runs share one. */
  prefix: string;
}

export function createHappenings(account: string, stripe: StripeTenant, { dice, clock, prefix }: Surroundings) {
  const customers: Customer[] = [];
  const addresses: string[] = [];
  let made = 0;

  const seconds = () => Math.floor(clock.now() / 1000);
  const living = () => customers.filter(({ isDeleted }) => !isDeleted);

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
    const customer = { stripe: stripe.customers.put(made), isQuiet, isDeleted: false };
    customers.push(customer);
    return customer;
  }

  const aboutCustomer = (type: string, customer: Customer) =>
    happening(type, { ...customer.stripe }, { customer, isEssential: true });

  const update = (customer: Customer): Happening => {
    if (dice.chance(0.5)) customer.stripe.email = someAddress();
    else customer.stripe.name = `Renamed ${made} ${prefix}`;
    return aboutCustomer('customer.updated', customer);
  };

  const someone = () => (customers.length === 0 ? addCustomer(true) : dice.pick(living()));
  const outspoken = () => living().filter(({ isQuiet }) => !isQuiet);

  const arrive: Make = () => [aboutCustomer('customer.created', addCustomer(false))];
  const change: Make = () => {
    const customer = dice.pick(outspoken());
    return Array.from({ length: dice.chance(0.3) ? 2 : 1 }, () => update(customer));
  };
  const pay: Make = () => {
    const customer = someone();
    const invoice = objects.invoice(`in_${prefix}_${made}`, customer.stripe);
    const paid = happening('invoice.paid', { ...invoice, ...objects.PAID }, { customer });
    // Stripe sometimes makes two events of one change.
    const twin = dice.chance(0.1) ? [happening('invoice.paid', { ...invoice, ...objects.PAID }, { customer })] : [];
    const failed = dice.chance(0.2) ? [happening('invoice.payment_failed', invoice, { customer })] : [];
    return [...failed, paid, ...twin];
  };
  const subscribe: Make = () => {
    const customer = dice.chance(0.5) ? addCustomer(true) : someone();
    return [
      happening(
        'customer.subscription.created',
        objects.subscription(`sub_${prefix}_${made}`, customer.stripe, seconds()),
        { customer },
      ),
    ];
  };
  const accept: Make = () => {
    const customer = dice.chance(0.5) ? addCustomer(true) : someone();
    return [happening('quote.accepted', objects.quote(`qt_${prefix}_${made}`, customer.stripe), { customer })];
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
    const customer = dice.pick(outspoken());
    customer.isDeleted = true;
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
  const miss: Make = () =>
    pay().map((one) => {
      const { account: _account, ...event } = JSON.parse(one.body) as StripeEvent;
      stripe.events.put({ ...event, pending_webhooks: 1 });
      return { ...one, way: 'missed' };
    });

  /** How often each happens, in parts of the whole. */
  const shares: [number, Make][] = [
    [14, arrive],
    [16, change],
    [30, pay],
    [10, subscribe],
    [8, accept],
    [6, dispute],
    [8, checkOut],
    [2, leave],
    [3, irrelevant],
    [2, strange],
    [1, forge],
  ];
  const total = shares.reduce((sum, [share]) => sum + share, 0);

  return {
    customers: customers as readonly Customer[],
    miss,
    next(): Happening[] {
      if (outspoken().length < 5) return arrive();
      let left = dice.next() * total;
      for (const [share, make] of shares) if ((left -= share) < 0) return make();
      return arrive();
    },
  };
}
