/** A quarter of a small shop, made up: what the pictures in the README show beside what the demo makes happen. */
import type { EmailStatus } from '../../shared/api';
import { stepsOf } from '../../shared/workflow';
import { insertNew } from '../db/bulk';
import { timeOrderedId } from '../db/new-id';
import { tenantColumns } from '../db/tenant';
import { searchTextOf } from '../fold-text';
import { dayOf } from '../local-days';
import { listWorkflows } from '../workflows/read-workflows';
import type { LocalStack } from './local-stack';

const DAYS = 89;
const DAY_MS = 86_400_000;
const FIRST =
  'Ada Ben Chloe Dev Elif Finn Grace Hugo Ines Jonas Kira Liam Mona Noor Omar Pia Rosa Sven Tara Yuki'.split(' ');
const LAST = 'Abel Brandt Costa Diaz Endo Fischer Garcia Haddad Ito Jansen Kowalski Lind Moreau Novak Okoye'.split(' ');
const PLANS = [
  { plan: 'Starter', mrr: 1900 },
  { plan: 'Studio', mrr: 4900 },
  { plan: 'Team', mrr: 9900 },
] as const;
const STATUSES: readonly EmailStatus[] = [...Array<EmailStatus>(14).fill('captured'), 'suppressed'];

/** Everything of one person who came on one day. */
export async function makePast({ running: { ctx }, account }: LocalStack): Promise<void> {
  const { db, clock } = ctx;
  const own = tenantColumns(account);
  const now = clock.now();
  const workflows = (await listWorkflows(db, account, { limit: 10 })).data;
  const welcome = workflows.find(({ definition }) => definition.trigger.event === 'customer.created');
  let mrr = 0;
  for (let ago = DAYS, n = 0; ago > 0; ago--) {
    const people = 1 + ((ago * 7) % 4) + (ago < 30 ? 1 : 0) + (ago % 7 > 1 ? 1 : 0);
    for (let k = 0; k < people; k++, n++) {
      const at = Math.floor(now - ago * DAY_MS + k * 3_000_000);
      const { plan, mrr: pays } = PLANS[(n * 5) % PLANS.length]!;
      const isPaying = n % 3 > 0;
      if (isPaying) mrr += pays;
      const name = { first_name: FIRST[n % FIRST.length]!, last_name: LAST[(n * 4) % LAST.length]! };
      const email = `${name.first_name}.${name.last_name}${n}@example.com`.toLowerCase();
      const contact = `con_${timeOrderedId(at)}`;
      const seq = timeOrderedId(at);
      const when = { created_at: at, updated_at: at };
      await insertNew(db, 'contact', [
        {
          ...own,
          id: contact,
          email,
          ...name,
          name_stamp: 0,
          status: 'subscribed',
          source: 'Stripe',
          search_text: searchTextOf({ email, ...name }),
          ...(isPaying ? { plan, mrr: pays, currency: 'usd', subscription_status: 'active' } : {}),
          ...when,
        },
      ]);
      const event = { type: 'customer.created', status: 'processed', outcome: 'Created contact' } as const;
      await insertNew(db, 'event', [
        {
          ...own,
          id: `evt_past${n}`,
          seq,
          ...event,
          created: Math.floor(at / 1000),
          received_at: at,
          contact_id: contact,
        },
      ]);
      if (welcome) await welcomed({ n, at, contact, email });
      if (n % 5 === 0) await failed({ n, at });
    }
    await insertNew(db, 'mrr_day', [
      { ...own, day: dayOf(now - ago * DAY_MS, 'UTC'), currency: '', mrr: 0 },
      { ...own, day: dayOf(now - ago * DAY_MS, 'UTC'), currency: 'usd', mrr },
    ]);
  }

  async function welcomed({ n, at, contact, email }: { n: number; at: number; contact: string; email: string }) {
    const run = `run_${timeOrderedId(at)}`;
    const status = STATUSES[n % STATUSES.length]!;
    await insertNew(db, 'run', [
      {
        ...own,
        id: run,
        workflow_id: welcome!.id,
        contact_id: contact,
        event_id: `evt_past${n}`,
        run_key: run,
        status: 'finished',
        started_at: at,
        finished_at: at,
      },
    ]);
    for (const [index, { step }] of stepsOf(welcome!.definition).entries()) {
      await insertNew(db, 'run_step', [
        {
          ...own,
          run_id: run,
          workflow_id: welcome!.id,
          n: index + 1,
          step_id: step.id,
          kind: step.kind,
          at,
          result: '',
        },
      ]);
      if (step.kind !== 'email') continue;
      const id = `eml_${timeOrderedId(at)}`;
      await insertNew(db, 'email', [
        {
          ...own,
          id,
          run_id: run,
          step_id: step.id,
          workflow_id: welcome!.id,
          contact_id: contact,
          event_id: `evt_past${n}`,
          kind: 'marketing',
          to_address: email,
          subject: 'Welcome aboard',
          status,
          reason: status === 'suppressed' ? 'unsubscribed' : 'test_mode',
          message_id: id,
          is_test: 0,
          created_at: at,
        },
      ]);
    }
  }

  async function failed({ n, at }: { n: number; at: number }) {
    const outcome = (n / 5) % 6;
    const mailed = outcome === 0 ? null : at + 3_600_000;
    const isOver = (days: number) => at + days * DAY_MS <= now;
    const paid = outcome < 4 && isOver(2) ? { recovered_at: at + 2 * DAY_MS, recovered_amount: 4900 } : {};
    const lost =
      outcome === 4 && isOver(5) ? { lost_at: at + 5 * DAY_MS, lost_reason: 'subscription_ended' as const } : {};
    await insertNew(db, 'failed_invoice', [
      {
        ...own,
        id: `fin_${timeOrderedId(at)}`,
        invoice_id: `in_past${n}`,
        currency: 'usd',
        amount: 4900,
        paid_before: 0,
        first_failed_at: at,
        attempts: 1,
        first_mailed_at: mailed,
        clicked_at: (outcome === 2 || outcome === 3) && isOver(1) ? at + DAY_MS : null,
        ...paid,
        ...lost,
      },
    ]);
  }
}
