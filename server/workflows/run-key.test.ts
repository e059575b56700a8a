import type { ReadObject } from '../stripe-objects/types';
import { isSameSubject, runKey, slotAfterEnd, slotFor } from './run-key';

const object = (fields: Partial<ReadObject>) =>
  ({ objectId: 'in_1', attempt: null, invoiceId: null, subscriptionId: null, ...fields }) as ReadObject;
const event = (type: string, id = 'evt_1', created = 100) => ({ type, id, created });

describe('the key of a run', () => {
  it('is the same for two events of one change', () => {
    const failed = object({ attempt: 1 });
    expect(runKey(event('invoice.payment_failed', 'evt_1'), failed)).toBe(
      runKey(event('invoice.payment_failed', 'evt_2', 101), failed),
    );
  });

  it('differs by attempt, by type, and by time where a change can happen again', () => {
    const first = runKey(event('invoice.payment_failed'), object({ attempt: 1 }));
    expect(runKey(event('invoice.payment_failed'), object({ attempt: 2 }))).not.toBe(first);
    expect(runKey(event('invoice.paid'), object({ attempt: 1 }))).not.toBe(first);
    expect(runKey(event('customer.updated', 'evt_1', 100), object({}))).not.toBe(
      runKey(event('customer.updated', 'evt_2', 200), object({})),
    );
  });

  it('is the event where the object has no id', () => {
    expect(runKey(event('invoice.upcoming', 'evt_9'), object({ objectId: null }))).toBe('evt_9');
  });
});

describe('the slot of a run', () => {
  it('holds one run per invoice, subscription or contact while it runs', () => {
    expect(slotFor('every_time', object({ invoiceId: 'in_1' }))).toBeNull();
    expect(slotFor('one_at_a_time', object({ invoiceId: 'in_1', subscriptionId: 'sub_1' }))).toBe('in_1');
    expect(slotFor('one_at_a_time', object({ subscriptionId: 'sub_1' }))).toBe('sub_1');
    expect(slotAfterEnd(slotFor('one_at_a_time', object({})))).toBeNull();
  });

  it('stays for ever once per contact', () => {
    const slot = slotFor('once_per_contact', object({ invoiceId: 'in_1' }));
    expect(slotAfterEnd(slot)).toBe(slot);
  });
});

describe('an exit event on the same object', () => {
  it.each([
    ['the same invoice', ['in_1', 'sub_1'], ['in_1', 'sub_1'], true],
    ['another invoice of the same subscription', ['in_1', 'sub_1'], ['in_2', 'sub_1'], false],
    ['the subscription, named without an invoice', ['in_1', 'sub_1'], [null, 'sub_1'], true],
    ['another subscription', ['in_1', 'sub_1'], [null, 'sub_2'], false],
    ['an event that names nothing', ['in_1', null], [null, null], true],
    ['a run that names nothing', [null, null], ['in_1', null], true],
    ['an invoice where the run names a subscription', [null, 'sub_1'], ['in_1', null], false],
  ] as const)('%s', (_, [runInvoice, runSubscription], [invoice, subscription], expected) => {
    const run = { invoiceId: runInvoice, subscriptionId: runSubscription };
    expect(isSameSubject(run, { invoiceId: invoice, subscriptionId: subscription })).toBe(expected);
  });
});
