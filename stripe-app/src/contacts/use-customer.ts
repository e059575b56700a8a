import { useCallback } from 'react';
import type { ContactDetail, EmailView, EventView, WorkflowView } from '../../../shared/api';
import type { Client, Result } from '../client';
import { type Asked, useAnswer } from '../use-answer';

export interface CustomerActivity {
  /** Null for a customer of whom Tillpost knows no address yet. */
  contact: ContactDetail | null;
  events: readonly EventView[];
  emails: readonly EmailView[];
  workflows: readonly WorkflowView[];
}

/** Everything about one Stripe customer (cus_…) that the customer page shows. */
export function useCustomer(client: Client, customer: string): Asked<CustomerActivity> {
  return useAnswer(useCallback(() => readCustomer(client, customer), [client, customer]));
}

async function readCustomer(client: Client, customer: string): Promise<Result<CustomerActivity>> {
  const [contact, events, emails, workflows] = await Promise.all([
    client('contacts/read', { customer }),
    client('events/list', { customer, limit: 10 }),
    client('emails/list', { customer, limit: 10 }),
    client('workflows/list', { limit: 100 }),
  ]);
  if (!contact.ok && contact.error.code !== 'not_found') return contact;
  if (!events.ok) return events;
  if (!emails.ok) return emails;
  if (!workflows.ok) return workflows;
  return {
    ok: true,
    value: {
      contact: contact.ok ? contact.value : null,
      events: events.value.data,
      emails: emails.value.data,
      workflows: workflows.value.data,
    },
  };
}
