/** What each route of the extension API takes. */
import { z } from 'zod';
import { EMAIL_STATUSES, EVENT_STATUSES } from '../../shared/api';
import { EVENT_TYPES } from '../../shared/catalogue';
import { DEFAULT_LIMIT } from '../db/page';
import { AppError, invalid } from '../errors';

const id = z.string().min(1, 'is missing').max(255, 'is too long');

const page = {
  limit: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(100, 'must be at most 100')
    .default(DEFAULT_LIMIT),
  starting_after: id.optional(),
};

export const ARGS = {
  list: z.object(page),
  id: z.object({ id }),
  events: z.object({
    ...page,
    type: id.optional(),
    status: z.enum(EVENT_STATUSES).optional(),
    customer: id.optional(),
  }),
  contacts: z.object({ ...page, email: z.string().max(255).optional(), query: z.string().max(255).optional() }),
  contact: z
    .object({ id: id.optional(), customer: id.optional() })
    .refine((args) => Boolean(args.id) !== Boolean(args.customer), {
      message: 'give either id or customer',
      path: ['id'],
    }),
  emails: z.object({ ...page, status: z.enum(EMAIL_STATUSES).optional(), customer: id.optional() }),
  settings: z.object({ settings: z.record(z.string(), z.unknown()) }),
  createWorkflow: z.object({
    template: id.optional(),
    trigger: z.enum(EVENT_TYPES).optional(),
    definition: z.unknown().optional(),
  }),
  saveWorkflow: z.object({ id, definition: z.unknown(), revision: z.int('must be a whole number') }),
};

export function parseArgs<T extends z.ZodType>(schema: T, args: unknown): z.infer<T> {
  const parsed = schema.safeParse(args);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}

/** What a page of a list was asked for, once what it starts after is there: as at Stripe, nothing comes after what is gone. */
export async function afterKnown<T extends { starting_after?: string | undefined }>(
  args: T,
  what: string,
  find: (id: string) => Promise<unknown>,
): Promise<T> {
  const { starting_after: after } = args;
  if (after !== undefined && (await find(after)) === undefined)
    throw new AppError('invalid_request', `starting_after: no such ${what}`, 'starting_after');
  return args;
}

export function found<T>(value: T | undefined, what: string, param = 'id'): T {
  if (value === undefined) throw new AppError('not_found', `There is no such ${what}.`, param);
  return value;
}
