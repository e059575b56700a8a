/**
 * One debt, one story: Stripe reports a payment that the customer must confirm both as failed and as needing action. Of the
 * workflows that mail about an invoice once and for all, those of the event that came first have it.
 */
import type { TriggerType } from '../../shared/catalogue';
import { stepsOf } from '../../shared/workflow';
import { byId, keyFor, keyText, selectByKeys, type TenantKey } from '../db/keys';
import type { Db } from '../db/schema';
import { definitionOf } from './definitions';
import type { LiveWorkflow } from './live-workflows';
import type { Starting } from './past-exits';

const OTHER: Partial<Record<TriggerType, TriggerType>> = {
  'invoice.payment_failed': 'invoice.payment_action_required',
  'invoice.payment_action_required': 'invoice.payment_failed',
};

/** The stories that have been begun, each by its invoice and the event that began it. */
export type Stories = ReadonlySet<string>;

const storyKey = (row: Pick<TenantKey, 'account_id' | 'livemode'>, invoiceId: string, type: string): string =>
  `${keyText(row, invoiceId)} ${type}`;

/** The story that a start of the workflow begins, and the one that keeps it from starting; undefined when it tells none. */
export function storyOf(
  workflow: LiveWorkflow,
  { invoice_id }: { invoice_id?: string | null },
): { own: string; other: string } | undefined {
  const { event } = definitionOf(workflow).trigger;
  const other = OTHER[event];
  if (!other || !invoice_id || !isTeller(workflow)) return undefined;
  return { own: storyKey(workflow, invoice_id, event), other: storyKey(workflow, invoice_id, other) };
}

function isTeller(workflow: LiveWorkflow): boolean {
  const definition = definitionOf(workflow);
  const { event, frequency } = definition.trigger;
  return (
    event in OTHER && frequency === 'once_per_subject' && stepsOf(definition).some(({ step }) => step.kind === 'email')
  );
}

/** A run's key begins with the type of its event. */
const OF_PAYMENTS = { where: "run_key like 'invoice.payment%'" };

/**
 * Reads the contacts' runs about payments only where such a workflow may start: runs of any status have an index by their
 * contact alone.
 */
export async function findStories(db: Db, batches: readonly Starting[]): Promise<Stories> {
  const begun = batches.flatMap(({ workflows, triggers }) => {
    const types = new Set<string>(workflows.filter(isTeller).map((one) => definitionOf(one).trigger.event));
    return triggers.flatMap(({ event, contact, object, starts }) =>
      starts && contact && object.invoiceId && types.has(event.type) ? { contact, invoiceId: object.invoiceId } : [],
    );
  });
  if (begun.length === 0) return new Set();
  const invoices = new Set(begun.map(({ contact, invoiceId }) => keyText(contact, invoiceId)));
  const live = byId(batches.flatMap(({ workflows }) => workflows));
  const contacts = begun.map(({ contact }) => keyFor(contact, contact.id));
  const runs = await selectByKeys(db, 'run', 'contact_id', contacts, OF_PAYMENTS);
  const told = runs.filter((run) => {
    if (!invoices.has(keyText(run, run.subject_id ?? ''))) return false;
    const workflow = live.get(keyText(run, run.workflow_id));
    return workflow === undefined || isTeller(workflow);
  });
  return new Set(told.map((run) => storyKey(run, run.subject_id ?? '', run.run_key.split(' ')[0] ?? '')));
}
