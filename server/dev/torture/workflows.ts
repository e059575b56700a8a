/** The workflows that are active during the torture, and how many emails a run through each of them makes. */
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import type { Definition } from '../../../shared/workflow';

const email = (id: string, subject: string) => ({
  id,
  kind: 'email' as const,
  email: { kind: 'transactional' as const, subject, preview_text: '', body: 'Hi {{ contact.first_name }},\n\nthanks.' },
});

/** Every kind of step that doesn't wait, and two emails. */
const SEVERAL_STEPS: Definition = {
  name: 'Several steps',
  trigger: { event: 'checkout.session.completed', conditions: [], frequency: 'every_time' },
  exit_events: [],
  steps: [
    { id: 'group', kind: 'update_contact', user_group: 'guests' },
    { id: 'paid', kind: 'filter', conditions: [{ property: 'event.amount', operator: 'greater', value: 0 }] },
    {
      id: 'size',
      kind: 'branch',
      paths: [
        {
          id: 'large',
          name: 'Large',
          conditions: [{ property: 'event.amount', operator: 'greater', value: 10_000 }],
          steps: [email('large-thanks', 'A large order')],
        },
      ],
      else: [email('small-thanks', 'A small order')],
    },
    email('goodbye', 'See you again'),
  ],
};

const SOURCES: { source: Parameters<typeof createWorkflow>[2]; emails: number }[] = [
  { source: { template: 'new_customer' }, emails: 1 },
  { source: { template: 'payment_successful', trigger: 'invoice.paid' }, emails: 1 },
  { source: { template: 'payment_failed' }, emails: 3 },
  { source: { template: 'subscription_created' }, emails: 1 },
  { source: { template: 'quote_accepted' }, emails: 1 },
  { source: { definition: SEVERAL_STEPS }, emails: 2 },
];

export interface ActiveWorkflow {
  id: string;
  name: string;
  trigger: string;
  frequency: string;
  /** Of a run that goes through to its end. */
  emails: number;
}

const LOOP = '{% for i in (1..550000) %}{% endfor %}';

/** Each of its emails takes as long to make as one may. */
export async function activateHostileWorkflow(db: Db, tenant: Tenant): Promise<void> {
  const content = {
    kind: 'transactional' as const,
    subject: `Hi${LOOP}`,
    preview_text: LOOP,
    body: `Hi${LOOP.repeat(20)}`,
  };
  const definition: Definition = {
    name: 'Loops',
    trigger: { event: 'customer.created', conditions: [], frequency: 'every_time' },
    exit_events: [],
    steps: [{ id: 'loop', kind: 'email', email: content }],
  };
  const { id } = await createWorkflow(db, tenant, { definition }, Date.now());
  await activateWorkflow(db, tenant, id, Date.now());
}

export async function activateWorkflows(db: Db, tenant: Tenant): Promise<ActiveWorkflow[]> {
  const active: ActiveWorkflow[] = [];
  for (const { source, emails } of SOURCES) {
    const { id, name, definition } = await createWorkflow(db, tenant, source, Date.now());
    await activateWorkflow(db, tenant, id, Date.now());
    const { event, frequency } = definition.trigger;
    active.push({ id, name, trigger: event, frequency, emails });
  }
  return active;
}
