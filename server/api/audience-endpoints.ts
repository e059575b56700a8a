/**
 * Requests about contacts, their properties, mailing lists and events, in Loops' own shapes (loops.so/docs/api-reference), so
 * that its clients work.
 */
import { z } from 'zod';
import { API_EVENT_NAME_LENGTH } from '../../shared/api-events';
import { CONTACT_PROPERTY_TYPES } from '../../shared/contact-properties';
import { success, type Endpoint } from './endpoint';
import * as field from './fields';
import { address } from './objects';

const text = z.string();
const written = success.extend({
  id: text,
  message: text.optional().describe('What was not done, such as that somebody who has left stays unsubscribed.'),
});
const loopsContact = z.looseObject({
  id: text,
  email: address,
  firstName: text.nullable(),
  lastName: text.nullable(),
  source: text,
  subscribed: z.boolean(),
  userGroup: text,
  userId: text.nullable(),
  mailingLists: z.record(text, z.literal(true)),
  optInStatus: z.enum(['pending', 'accepted', 'rejected']).nullable(),
});
const removalQuota = z.object({ limit: z.int(), remaining: z.int() });

/** By either of its names; whether one is there is asked beside it. */
const NAMED_CONTACT = { email: field.email.optional(), userId: field.userId.optional(), ...field.contactFields };

export const AUDIENCE_ENDPOINTS = {
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
        ...NAMED_CONTACT,
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
      contact: z.object({ id: text, email: address, userId: text.nullable() }),
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
    answer: z.array(z.object({ id: text, name: text, description: text.nullable(), isPublic: z.boolean() })),
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
        ...NAMED_CONTACT,
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
} as const satisfies Record<string, Endpoint>;
