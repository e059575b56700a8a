/**
 * Every request of the API: what it takes, what it answers, and how it is described. The same schemas check requests and
 * make the OpenAPI document. Loops' own routes have Loops' own shapes (loops.so/docs/api-reference), so that its clients work.
 */
import { z } from 'zod';
import { CONTACT_STATUSES, EMAIL_STATUSES, EVENT_STATUSES, RUN_STATUSES } from '../../shared/api';
import { API_EVENT_NAME_LENGTH } from '../../shared/api-events';
import type { ApiScope } from '../../shared/api-keys';
import { CONTACT_PROPERTY_TYPES } from '../../shared/contact-properties';
import * as field from './fields';
import { address, contact, email, event, run, time, workflow } from './objects';

export interface Endpoint {
  method: 'get' | 'post' | 'put' | 'delete';
  /** Below /api/v1, as in OpenAPI: `/things/{id}`. */
  path: string;
  tag: 'Contacts' | 'Mailing lists' | 'Events' | 'Emails' | 'Workflows' | 'Key';
  summary: string;
  description?: string;
  /** What a key needs. */
  scope: ApiScope;
  /** Whose shape an error has. */
  errors: 'loops' | 'own';
  query?: z.ZodType;
  body?: z.ZodType;
  answer: z.ZodType;
  /** What it may refuse with, beside what all do. */
  refusals?: readonly (404 | 409)[];
  /** Takes an Idempotency-Key. */
  isIdempotent?: true;
}

const success = z.object({ success: z.literal(true) });
const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();
const text = z.string();
const written = success.extend({
  id: text,
  message: text.optional().describe('What was not done, such as that somebody who has left stays unsubscribed.'),
});
const loopsContact = z.looseObject({
  id: text,
  email: address,
  firstName: nullable(text),
  lastName: nullable(text),
  source: text,
  subscribed: z.boolean(),
  userGroup: text,
  userId: nullable(text),
  mailingLists: z.record(text, z.literal(true)),
  optInStatus: z.enum(['pending', 'accepted', 'rejected']).nullable(),
});
const removalQuota = z.object({ limit: z.int(), remaining: z.int() });

const transactionalEmail = z.object({
  id: text,
  url: text.describe('Where it is edited in the console.'),
  name: text,
  draftEmailMessageId: nullable(text),
  publishedEmailMessageId: nullable(text),
  transactionalGroupId: nullable(text),
  createdAt: time,
  updatedAt: time,
  dataVariables: z.array(text),
});
const pagination = z.object({
  totalResults: z.int(),
  returnedResults: z.int(),
  perPage: z.int(),
  totalPages: z.int(),
  nextCursor: nullable(text),
  nextPage: nullable(text),
});
const dataValue = z.union(
  [
    z.string().max(10_000),
    z.number(),
    z.array(z.record(z.string().max(100), z.union([z.string().max(10_000), z.number()]))).max(1_000),
  ],
  'must be text of at most 10,000 characters, a number, or a list of objects of these',
);

const listOf = <S extends z.ZodType>(one: S) =>
  z.object({ object: z.literal('list'), data: z.array(one), has_more: z.boolean() });

/** Its errors name the field once more: https://loops.so/docs/api-reference/send-transactional-email */
export const TRANSACTIONAL_PATH = '/transactional';

export const ENDPOINTS = {
  testApiKey: {
    method: 'get',
    path: '/api-key',
    tag: 'Key',
    summary: 'Tell whose key it is',
    scope: 'read',
    errors: 'loops',
    answer: success.extend({ teamName: text }),
  },
  createContact: {
    method: 'post',
    path: '/contacts/create',
    tag: 'Contacts',
    summary: 'Create a contact',
    description:
      'Fields that are not named here are contact properties. One that is not known yet is made with the type of its value. ' +
      'A contact whose address had unsubscribed before it was deleted starts as unsubscribed.',
    scope: 'write',
    errors: 'loops',
    body: field.withContactProperties({
      email: field.email,
      userId: field.userId.optional(),
      ...field.contactFields,
    }),
    answer: written,
    refusals: [409],
  },
  updateContact: {
    method: 'put',
    path: '/contacts/update',
    tag: 'Contacts',
    summary: 'Update a contact, or create it',
    description:
      'By userId or email; both, where a new address is to be set. What is left out stays, null takes a property away. ' +
      'Somebody who has unsubscribed stays so, whatever `subscribed` says: `message` then tells it.',
    scope: 'write',
    errors: 'loops',
    body: field
      .withContactProperties({
        email: field.email.optional(),
        userId: field.userId.optional(),
        ...field.contactFields,
      })
      .refine(field.isNamed, field.NAMED)
      .meta(field.EMAIL_OR_USER_ID),
    answer: written,
    refusals: [409],
  },
  findContact: {
    method: 'get',
    path: '/contacts/find',
    tag: 'Contacts',
    summary: 'Find a contact',
    description: 'By email or userId. Contact properties stand beside the other fields; null: it has none.',
    scope: 'read',
    errors: 'loops',
    query: field.oneContact,
    answer: z.array(loopsContact).describe('The contact, or none.'),
  },
  deleteContact: {
    method: 'post',
    path: '/contacts/delete',
    tag: 'Contacts',
    summary: 'Delete a contact',
    description: 'And what is personal in its events and emails. Its runs stop. Who had unsubscribed stays so.',
    scope: 'write',
    errors: 'loops',
    body: field.oneContact,
    answer: success.extend({ message: z.literal('Contact deleted.') }),
    refusals: [404],
  },
  checkContactSuppression: {
    method: 'get',
    path: '/contacts/suppression',
    tag: 'Contacts',
    summary: 'Tell whether a contact’s address takes no mail',
    description: 'Such as since it bounced. There is no limit to removals: removalQuota is there for Loops’ clients.',
    scope: 'read',
    errors: 'loops',
    query: field.oneContact,
    answer: z.object({
      contact: z.object({ id: text, email: address, userId: nullable(text) }),
      isSuppressed: z.boolean(),
      removalQuota,
    }),
    refusals: [404],
  },
  removeContactSuppression: {
    method: 'delete',
    path: '/contacts/suppression',
    tag: 'Contacts',
    summary: 'Let a contact’s address get mail again',
    description: 'Who has unsubscribed stays so.',
    scope: 'write',
    errors: 'loops',
    query: field.oneContact,
    answer: success.extend({ message: text, removalQuota }),
    refusals: [404],
  },
  createContactProperty: {
    method: 'post',
    path: '/contacts/properties',
    tag: 'Contacts',
    summary: 'Create a contact property',
    scope: 'write',
    errors: 'loops',
    body: z.strictObject({
      name: field.line(100),
      type: z.enum(CONTACT_PROPERTY_TYPES, `must be one of ${CONTACT_PROPERTY_TYPES.join(', ')}`),
    }),
    answer: success,
    refusals: [409],
  },
  listContactProperties: {
    method: 'get',
    path: '/contacts/properties',
    tag: 'Contacts',
    summary: 'List contact properties',
    scope: 'read',
    errors: 'loops',
    query: z.object({ list: z.enum(['all', 'custom'], 'must be all or custom').default('all') }),
    answer: z.array(z.object({ key: text, label: text, type: z.enum(CONTACT_PROPERTY_TYPES) })),
  },
  listMailingLists: {
    method: 'get',
    path: '/lists',
    tag: 'Mailing lists',
    summary: 'List mailing lists',
    description: 'They are made in the console, under Audience.',
    scope: 'read',
    errors: 'loops',
    answer: z.array(z.object({ id: text, name: text, description: nullable(text), isPublic: z.boolean() })),
  },
  sendEvent: {
    method: 'post',
    path: '/events/send',
    tag: 'Events',
    summary: 'Send an event',
    description:
      'It stands in the log as `api.<eventName>`, and starts the workflows that it triggers. A contact that is not there yet is made; fields that are not named here ' +
      'are its properties.',
    scope: 'write',
    errors: 'loops',
    body: field
      .withContactProperties({
        email: field.email.optional(),
        userId: field.userId.optional(),
        ...field.contactFields,
        eventName: field.line(API_EVENT_NAME_LENGTH),
        eventProperties: z
          .record(
            z.string().min(1).max(100),
            z.union([z.string().max(1_000), z.number(), z.boolean()], 'must be text, a number, true or false'),
            'must be an object',
          )
          .refine((properties) => Object.keys(properties).length <= 100, 'must have at most 100 properties')
          .optional(),
      })
      .refine(field.isNamed, field.NAMED)
      .meta(field.EMAIL_OR_USER_ID),
    answer: success.extend({ message: text.optional() }),
    refusals: [409],
    isIdempotent: true,
  },
  sendTransactionalEmail: {
    method: 'post',
    path: TRANSACTIONAL_PATH,
    tag: 'Emails',
    summary: 'Send a transactional email',
    description:
      'One that is published in the console, under Emails. It goes through the queue by the same rules as any: an address ' +
      'that takes no mail gets none, and test mode mails its test list alone. Attachments are not supported.',
    scope: 'write',
    errors: 'loops',
    body: z.strictObject({
      transactionalId: field.id,
      email: field.email,
      addToAudience: z.boolean('must be true or false').optional().describe('Create a contact where there is none.'),
      dataVariables: z.record(z.string().min(1).max(100), dataValue, 'must be an object').optional(),
      attachments: z.array(z.unknown()).max(0, 'are not supported').optional(),
    }),
    answer: success,
    refusals: [404, 409],
    isIdempotent: true,
  },
  listTransactionalEmails: {
    method: 'get',
    path: '/transactional-emails',
    tag: 'Emails',
    summary: 'List transactional emails',
    description: 'Newest first. Without a publishedEmailMessageId it is a draft, and can’t be sent.',
    scope: 'read',
    errors: 'loops',
    query: z.object(field.loopsPage),
    answer: z.object({ pagination, data: z.array(transactionalEmail) }),
  },
  listPublishedTransactionalEmails: {
    method: 'get',
    path: TRANSACTIONAL_PATH,
    tag: 'Emails',
    summary: 'List published transactional emails',
    description: 'As Loops’ older clients ask for them: those that can be sent, newest first.',
    scope: 'read',
    errors: 'loops',
    query: z.object(field.loopsPage),
    answer: z.object({
      pagination,
      data: z.array(
        z.object({
          id: text,
          name: text,
          lastUpdated: time.describe('When it was last published.'),
          dataVariables: z.array(text),
        }),
      ),
    }),
  },
  getTransactionalEmail: {
    method: 'get',
    path: '/transactional-emails/{id}',
    tag: 'Emails',
    summary: 'Get a transactional email',
    scope: 'read',
    errors: 'loops',
    answer: transactionalEmail,
    refusals: [404],
  },
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

export type EndpointName = keyof typeof ENDPOINTS;
type Of<N extends EndpointName, Part extends 'query' | 'body'> = (typeof ENDPOINTS)[N] extends {
  [P in Part]: infer S extends z.ZodType;
}
  ? z.infer<S>
  : undefined;

/** What a request was read into. */
export interface Asked<N extends EndpointName> {
  query: Of<N, 'query'>;
  body: Of<N, 'body'>;
  /** Of the path; '' where it has none. */
  id: string;
  idempotencyKey: string | undefined;
}
export type Answer<N extends EndpointName> = z.input<(typeof ENDPOINTS)[N]['answer']>;
