/** Runs and emails of every fate, made by a plain loop that keeps its own count of what it makes. */
import type { EmailFate, EmailReason, EmailStatus, RunStatus } from '../../shared/api';
import type { Definition } from '../../shared/workflow';
import { insertNew } from '../db/bulk';
import { timeOrderedId } from '../db/new-id';
import type { Db, Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';

const DAY = 86_400_000;
const SPAN_DAYS = 120;
const EMAIL = { kind: 'marketing', preview_text: '', body: 'Hi' } as const;
const IS_SET = [{ property: 'contact.plan', operator: 'is_set' }] as const;

export const MEASURED: Definition = {
  name: 'Measured',
  trigger: { event: 'customer.created', conditions: [], frequency: 'every_time' },
  exit_events: [],
  steps: [
    { id: 'first', kind: 'email', email: { ...EMAIL, subject: 'First' } },
    { id: 'pause', kind: 'wait', amount: 1, unit: 'days' },
    { id: 'check', kind: 'filter', conditions: [...IS_SET] },
    { id: 'last', kind: 'email', email: { ...EMAIL, subject: 'Last' } },
  ],
};

interface Fate {
  status: EmailStatus;
  reason: EmailReason | null;
  fates: EmailFate[];
}
const fate = (status: EmailStatus, reason: EmailReason | null = null, ...fates: EmailFate[]): Fate => ({
  status,
  reason,
  fates,
});

/** In turn; thirteen of them, so that they fall differently on runs and days. */
const FATES: readonly Fate[] = [
  fate('sent', null, 'delivered'),
  fate('sent', null, 'delivered', 'clicked'),
  fate('sent', 'bounced', 'bounced'),
  fate('sent', null, 'delivered', 'complained'),
  fate('sent', null, 'delivered', 'clicked', 'unsubscribed'),
  fate('suppressed', 'unsubscribed'),
  fate('suppressed', 'not_true'),
  fate('failed', 'refused'),
  fate('failed', 'unknown_acceptance'),
  fate('held', 'missing_value'),
  fate('captured', 'test_mode'),
  fate('queued'),
  fate('sent'),
];

interface Way {
  status: RunStatus;
  reason: string | null;
  /** Where it stands or ended. */
  step: string | null;
  steps: string[];
}
/** In turn: how far runs came. */
const WAYS: readonly Way[] = [
  { status: 'finished', reason: null, step: null, steps: ['first', 'pause', 'check', 'last'] },
  { status: 'running', reason: null, step: 'pause', steps: ['first', 'pause'] },
  { status: 'exited', reason: 'invoice.paid', step: 'pause', steps: ['first', 'pause'] },
  { status: 'finished', reason: 'filtered', step: 'check', steps: ['first', 'pause', 'check'] },
  { status: 'stopped', reason: 'by_hand', step: 'pause', steps: ['first', 'pause'] },
  { status: 'finished', reason: null, step: null, steps: ['first', 'pause', 'check', 'last'] },
  { status: 'exited', reason: 'not_true', step: 'first', steps: [] },
];

export interface MadeEmail extends Fate {
  step: string;
  at: number;
}
export interface MadeRun extends Way {
  at: number;
}
export interface Made {
  emails: MadeEmail[];
  runs: MadeRun[];
}

/** `runs` of them over the last 120 days. Returns what was made, one by one. */
export async function fillResults(
  db: Db,
  tenant: Tenant,
  { workflow, runs, now }: { workflow: string; runs: number; now: number },
): Promise<Made> {
  const made: Made = { emails: [], runs: [] };
  let rows = noRows();
  for (let n = 0; n < runs; n++) {
    const at = now - SPAN_DAYS * DAY + Math.floor(((n + 0.5) * SPAN_DAYS * DAY) / runs);
    const way = WAYS[n % WAYS.length]!;
    const run = `run_${timeOrderedId(at)}`;
    made.runs.push({ ...way, at });
    rows.run.push({
      id: run,
      workflow_id: workflow,
      contact_id: `con_${n}`,
      event_id: `evt_${n}`,
      run_key: run,
      status: way.status,
      reason: way.reason,
      step_id: way.step,
      is_waiting: way.status === 'running' ? 1 : 0,
      due_at: way.status === 'running' ? now + DAY : null,
      started_at: at,
      finished_at: way.status === 'running' ? null : at,
      ...tenantColumns(tenant),
    });
    for (const [index, step] of way.steps.entries()) {
      const isEmail = step === 'first' || step === 'last';
      rows.run_step.push({
        run_id: run,
        workflow_id: workflow,
        n: index + 1,
        step_id: step,
        kind: isEmail ? 'email' : 'wait',
        at,
        result: '',
        ...tenantColumns(tenant),
      });
      if (!isEmail) continue;
      const email = FATES[made.emails.length % FATES.length]!;
      const id = `eml_${timeOrderedId(at)}`;
      made.emails.push({ ...email, step, at });
      const reported = (one: EmailFate) => (email.fates.includes(one) ? at + 1 : null);
      rows.email.push({
        id,
        run_id: run,
        step_id: step,
        workflow_id: workflow,
        contact_id: `con_${n}`,
        event_id: `evt_${n}`,
        kind: 'marketing',
        to_address: `person${n}@example.com`,
        subject: step,
        status: email.status,
        reason: email.reason,
        message_id: `<${id}@example.com>`,
        is_test: 0,
        created_at: at,
        sent_at: email.status === 'sent' ? at : null,
        delivered_at: reported('delivered'),
        bounced_at: reported('bounced'),
        complained_at: reported('complained'),
        clicked_at: reported('clicked'),
        unsubscribed_at: reported('unsubscribed'),
        ...tenantColumns(tenant),
      });
    }
    if (rows.run.length === 1_000) {
      await write(db, rows);
      rows = noRows();
    }
  }
  await write(db, rows);
  return made;
}

const noRows = () => ({
  run: [] as Partial<Row<'run'>>[],
  run_step: [] as Partial<Row<'run_step'>>[],
  email: [] as Partial<Row<'email'>>[],
});

async function write(db: Db, rows: ReturnType<typeof noRows>): Promise<void> {
  for (const [table, some] of Object.entries(rows)) await insertNew(db, table as 'run', some as never);
}
