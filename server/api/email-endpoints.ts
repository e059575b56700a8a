/** Requests about transactional emails, in Loops' own shapes (loops.so/docs/api-reference), so that its clients work. */
import { z } from 'zod';
import { success, type Endpoint } from './endpoint';
import * as field from './fields';
import { time } from './objects';

const text = z.string();
const transactionalEmail = z.object({
  id: text,
  url: text.describe('Where it is edited in the console.'),
  name: text,
  draftEmailMessageId: text.nullable(),
  publishedEmailMessageId: text.nullable(),
  transactionalGroupId: text.nullable(),
  createdAt: time,
  updatedAt: time,
  dataVariables: z.array(text),
});
const pagination = z.object({
  totalResults: z.int(),
  returnedResults: z.int(),
  perPage: z.int(),
  totalPages: z.int(),
  nextCursor: text.nullable(),
  nextPage: text.nullable(),
});
const dataValue = z.union(
  [
    z.string().max(10_000),
    z.number(),
    z.array(z.record(z.string().max(100), z.union([z.string().max(10_000), z.number()]))).max(1_000),
  ],
  'must be text of at most 10,000 characters, a number, or a list of objects of these',
);

/** Its errors name the field once more: https://loops.so/docs/api-reference/send-transactional-email */
export const TRANSACTIONAL_PATH = '/transactional';

export const EMAIL_ENDPOINTS = {
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
} as const satisfies Record<string, Endpoint>;
