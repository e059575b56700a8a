/** Lists of what is kept, newest first, as the Dashboard's views have them. */
import { z } from 'zod';
import { CONTACT_STATUSES, EMAIL_STATUSES, EVENT_STATUSES, RUN_STATUSES } from '../../shared/api';
import type { Endpoint } from './endpoint';
import * as field from './fields';
import { contact, email, event, run, workflow } from './objects';

const listOf = <S extends z.ZodType>(one: S) =>
  z.object({ object: z.literal('list'), data: z.array(one), has_more: z.boolean() });

export const LIST_ENDPOINTS = {
  listContacts: {
    method: 'get',
    path: '/contacts',
    tag: 'Contacts',
    summary: 'List contacts',
    description: 'Newest first.',
    scope: 'read',
    errors: 'own',
    query: z.object({
      ...field.page,
      query: z.string().max(255).optional().describe('Part of an address or name.'),
      status: z.enum(CONTACT_STATUSES, `must be one of ${CONTACT_STATUSES.join(', ')}`).optional(),
    }),
    answer: listOf(contact),
  },
  listEvents: {
    method: 'get',
    path: '/events',
    tag: 'Events',
    summary: 'List events',
    description: 'The log, newest first: of Stripe, and of the API.',
    scope: 'read',
    errors: 'own',
    query: z.object({
      ...field.page,
      type: z.string().max(255).optional(),
      status: z.enum(EVENT_STATUSES, `must be one of ${EVENT_STATUSES.join(', ')}`).optional(),
      customer: field.id.optional(),
      contact: field.id.optional(),
    }),
    answer: listOf(event),
  },
  listEmails: {
    method: 'get',
    path: '/emails',
    tag: 'Emails',
    summary: 'List emails',
    description: 'Newest first, with what became of each.',
    scope: 'read',
    errors: 'own',
    query: z.object({
      ...field.page,
      status: z.enum(EMAIL_STATUSES, `must be one of ${EMAIL_STATUSES.join(', ')}`).optional(),
      customer: field.id.optional(),
      contact: field.id.optional(),
      workflow: field.id.optional(),
    }),
    answer: listOf(email),
  },
  listWorkflows: {
    method: 'get',
    path: '/workflows',
    tag: 'Workflows',
    summary: 'List workflows',
    description: 'Newest first, with their definitions.',
    scope: 'read',
    errors: 'own',
    query: z.object(field.page),
    answer: listOf(workflow),
  },
  listRuns: {
    method: 'get',
    path: '/runs',
    tag: 'Workflows',
    summary: 'List runs',
    description: 'Newest first: contacts on their way through workflows, and how it ended.',
    scope: 'read',
    errors: 'own',
    query: z.object({
      ...field.page,
      workflow: field.id.optional(),
      contact: field.id.optional(),
      status: z.enum(RUN_STATUSES, `must be one of ${RUN_STATUSES.join(', ')}`).optional(),
    }),
    answer: listOf(run),
  },
} as const satisfies Record<string, Endpoint>;
