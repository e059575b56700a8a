import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as objectStates from './005-object-states';
import * as failedInvoices from './019-failed-invoices';

const OPEN = {
  currency: 'usd',
  billing_reason: 'subscription_cycle',
  subscription_id: 'sub_1',
  amount_due: 900,
  amount_paid: 100,
  amount_remaining: 800,
  attempt_count: 2,
};

it.each(ENGINES)('takes up the open invoices that were tried before, on %s', async (engine) => {
  const db = openDatabase(await freshDatabase(engine));
  try {
    await first.up(db as unknown as Kysely<never>);
    await objectStates.up(db as unknown as Kysely<never>);
    const known: [id: string, status: string, properties: object][] = [
      ['in_failed', 'open', OPEN],
      ['in_untried', 'open', { ...OPEN, attempt_count: 0 }],
      ['in_first', 'open', { ...OPEN, billing_reason: 'subscription_create' }],
      ['in_paid', 'paid', OPEN],
    ];
    for (const [id, status, properties] of known)
      await sql`insert into object_state (account_id, livemode, id, kind, customer_id, status, properties, stamp, known_at)
        values ('acct_1', 1, ${id}, 'invoice', 'cus_1', ${status}, ${JSON.stringify(properties)}, 1, 1700000000000)`.execute(
        db,
      );
    await failedInvoices.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('failed_invoice').selectAll().execute()).toMatchObject([
      {
        ...{ account_id: 'acct_1', livemode: 1, invoice_id: 'in_failed', customer_id: 'cus_1', currency: 'usd' },
        ...{ amount: 800, paid_before: 100, first_failed_at: 1_700_000_000_000, attempts: 2, subscription_id: 'sub_1' },
        ...{ first_mailed_at: null, recovered_at: null, lost_at: null, is_holdout: null },
      },
    ]);
  } finally {
    await db.destroy();
  }
});
