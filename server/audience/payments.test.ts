import { derivePaid, NOTHING_PAID, withPayment, withRefund, type Payment, type PaidSum } from './payments';

const TENANT = { accountId: 'acct_1', livemode: true };
const PAYMENT = { id: 'in_1', customerId: 'cus_1', email: 'a@example.com', currency: 'usd', amount: 2000, paidAt: 100 };
const refund = (amount: number, chargeId = 'ch_1') => ({
  chargeId,
  invoiceId: 'in_1',
  paymentIntentId: null,
  customerId: 'cus_1',
  email: 'b@example.com',
  currency: 'usd',
  amount,
});

const paid = (before?: Payment) => withPayment(before, TENANT, PAYMENT, 5_000);
const refunded = (amount: number, created: number, chargeId?: string) => (before?: Payment) =>
  withRefund(before, TENANT, 'in_1', refund(amount, chargeId), created);

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length <= 1) return [[...all]];
  return all.flatMap((one, n) => permutations(all.toSpliced(n, 1)).map((rest) => [one, ...rest]));
}

describe('a payment', () => {
  it('ends the same in whatever order it and its refunds are told, repeated or not', () => {
    const told = [paid, refunded(500, 10), refunded(800, 20), refunded(300, 15, 'ch_2'), refunded(500, 10)];
    for (const order of permutations(told)) {
      const end = order.reduce<Payment | undefined>((row, tell) => tell(row), undefined);
      expect(end).toEqual({
        account_id: 'acct_1',
        livemode: 1,
        id: 'in_1',
        customer_id: 'cus_1',
        email: null,
        currency: 'usd',
        amount_paid: 2000,
        amount_refunded: 1100,
        refunds: '{"ch_1":[800,20],"ch_2":[300,15]}',
        paid_at: 100_000,
      });
    }
  });

  it('gets back what was refunded in vain', () => {
    expect(refunded(200, 30)(refunded(500, 20)(paid()))).toMatchObject({ amount_refunded: 200 });
  });

  it('is never refunded by more than it was', () => {
    expect(refunded(9_999, 20)(paid())).toMatchObject({ amount_refunded: 2000 });
  });

  it('that isn’t known yet counts as none', () => {
    expect(refunded(500, 20)()).toMatchObject({ amount_paid: null, paid_at: null, amount_refunded: 500 });
  });
});

describe('what a contact has paid', () => {
  const sum = (currency: string, net: number, payments = 1, at = 10): PaidSum => ({
    currency,
    net,
    payments,
    first_at: at,
    last_at: at + payments,
  });

  it('is nothing without payments', () => expect(derivePaid([])).toEqual(NOTHING_PAID));

  it('is in the currency of most of it, with the others beside it', () => {
    expect(derivePaid([sum('eur', 500), sum('usd', 2000, 2, 5), sum('gbp', 700), sum('usd', 1000)])).toEqual({
      ltv: 3000,
      ltv_currency: 'usd',
      ltv_others: '{"gbp":700,"eur":500}',
      payments: 5,
      first_payment_at: 5,
      last_payment_at: 11,
    });
  });

  it('compares currencies by whole units, whatever their smallest one is', () => {
    expect(derivePaid([sum('jpy', 3000), sum('usd', 400_000)])).toMatchObject({ ltv_currency: 'usd', ltv: 400_000 });
    expect(derivePaid([sum('kwd', 30_000), sum('usd', 4_000)])).toMatchObject({ ltv_currency: 'usd' });
  });

  it('is the same whatever the order of equal sums', () => {
    const sums = [sum('usd', 100), sum('eur', 100)];
    expect(derivePaid(sums)).toEqual(derivePaid(sums.toReversed()));
  });

  it('of one that was refunded wholly is zero, and still a payment', () => {
    expect(derivePaid([sum('usd', 0)])).toMatchObject({ ltv: 0, ltv_currency: 'usd', payments: 1 });
  });
});
