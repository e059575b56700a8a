/** The payments that an audience knows of, and whose sums they change: changed in memory. Pure. */
import type { Tenant } from '../db/tenant';
import type { PaymentFacts, RefundFacts } from '../stripe-objects/types';
import type { Contact } from './audience-rows';
import { NOTHING_PAID, refundedPayment, withPayment, withRefund, type Payment } from './payments';

export interface KnownPayments {
  payments: readonly Payment[];
  /** Customers and addresses without any payment. */
  unpaid: Set<string>;
}

/** What is to be written of payments, before all else: contacts get their sums from it. */
interface PaymentChanges {
  payments: Payment[];
  /** A contact has another address now: what it paid as a guest goes with it. */
  readdressed: { from: string; into: string }[];
  /** The contacts whose sums may have changed. */
  payers: { contact: Contact; customers: string[]; email: string }[];
}

/** The contacts of the audience. */
interface People {
  isGone: (customerId: string | null) => boolean;
  payerOf: (payment: Payment) => Contact | undefined;
  contactById: (id: string) => Contact | undefined;
  customersOf: (contact: Contact) => string[];
  touch: (contact: Contact) => void;
  update: (contact: Contact, fields: Partial<Contact>) => boolean;
}

export function createPayments(tenant: Tenant, known: KnownPayments, people: People) {
  const payments = new Map(known.payments.map((payment) => [payment.id, payment]));
  const { unpaid } = known;
  const changed = new Set<string>();
  const payers = new Set<string>();
  let readdressed: PaymentChanges['readdressed'] = [];

  function save(payment: Payment): void {
    const before = payments.get(payment.id);
    if (before && Object.entries(payment).every(([name, value]) => before[name as keyof Payment] === value)) return;
    payments.set(payment.id, payment);
    changed.add(payment.id);
    for (const owner of [payment.customer_id, payment.email]) if (owner !== null) unpaid.delete(owner);
    const payer = people.payerOf(payment);
    if (!payer) return;
    people.touch(payer);
    payers.add(payer.id);
  }

  return {
    /** Keeps a payment, unless its contact was deleted; `paidAt`, unless it says so itself, in epoch milliseconds. */
    record(facts: PaymentFacts, paidAt: number): void {
      if (!people.isGone(facts.customerId)) save(withPayment(payments.get(facts.id), tenant, facts, paidAt));
    },

    /** Whether only Stripe can tell which payment a refund is of: one of an invoice, which the charge doesn't name. */
    isUnknown: ({ invoiceId, paymentIntentId, customerId }: RefundFacts): boolean =>
      invoiceId === null && paymentIntentId !== null && customerId !== null && !payments.has(paymentIntentId),

    /**
     * Keeps what was refunded, also before its payment is known. `invoiceId` is what Stripe said where the charge doesn't;
     * `created`, when it was so, in epoch seconds.
     */
    recordRefund(facts: RefundFacts, invoiceId: string | null, created: number): void {
      const id = refundedPayment(facts, invoiceId);
      if (!people.isGone(facts.customerId)) save(withRefund(payments.get(id), tenant, id, facts, created));
    },

    /** The contact is new, or another customer or address is its own now. */
    sumAnew: ({ id }: Contact): void => void payers.add(id),

    /** The contact is gone. */
    forget: ({ id }: Contact): void => void payers.delete(id),

    /** What its owner paid as a guest goes along. */
    readdress(from: string, into: string): void {
      readdressed.push({ from, into });
      if (!unpaid.has(from)) unpaid.delete(into);
      for (const [id, payment] of payments) if (payment.email === from) payments.set(id, { ...payment, email: into });
    },

    /** Once: what is handed out is to be written. */
    take(): PaymentChanges {
      const taken: PaymentChanges = {
        payments: [...changed].flatMap((id) => payments.get(id) ?? []),
        readdressed,
        payers: [...payers].flatMap((id) => {
          const contact = people.contactById(id);
          if (!contact) return [];
          const customers = people.customersOf(contact);
          const { email } = contact;
          if (![...customers, email].every((owner) => unpaid.has(owner))) return { contact, customers, email };
          people.update(contact, NOTHING_PAID);
          return [];
        }),
      };
      changed.clear();
      payers.clear();
      readdressed = [];
      return taken;
    },
  };
}
