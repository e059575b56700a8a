/** What each route of the extension API takes, by its name. */
import { z } from 'zod';
import { CONTACT_STATUSES, EMAIL_STATUSES, EVENT_STATUSES, RUN_STATUSES, type ExtensionApi } from '../../shared/api';
import { TRIGGER_TYPES } from '../../shared/catalogue';
import { MOST_BILLING_CONTACTS, NAME_LENGTH } from '../../shared/limits';
import { oneLineOrNull } from '../../shared/one-line';
import { settingsChangeSchema } from '../../shared/settings';
import { userGroupSchema } from '../../shared/user-group';
import { MOST_MONTHS } from '../audience/recovery-report';
import { DEFAULT_LIMIT } from '../db/page';
import { AppError, invalid } from '../errors';
import { rehearsalDays } from '../workflows/rehearsal/rehearse';

/** Every route but overview, which needs no install. */
export type RouteName = Exclude<keyof ExtensionApi, 'overview'>;

const id = z.string().min(1, 'is missing').max(255, 'is too long');
const name = oneLineOrNull(NAME_LENGTH, 'must be text or null');
const none = z.object({});
const byId = z.object({ id });
const page = z.object({
  limit: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(100, 'must be at most 100')
    .default(DEFAULT_LIMIT),
  starting_after: id.optional(),
});

export const ARGS = {
  'settings/read': none,
  'settings/save': z.object({ settings: settingsChangeSchema }),
  'events/list': page.extend({
    type: id.optional(),
    status: z.enum(EVENT_STATUSES).optional(),
    customer: id.optional(),
  }),
  'events/read': byId,
  'events/replay': byId,
  'contacts/list': page.extend({ email: z.string().max(255).optional(), query: z.string().max(255).optional() }),
  'contacts/read': z
    .object({ id: id.optional(), customer: id.optional() })
    .refine((args) => Boolean(args.id) !== Boolean(args.customer), {
      message: 'give either id or customer',
      path: ['id'],
    }),
  'contacts/save': z.object({
    id,
    first_name: name.optional(),
    last_name: name.optional(),
    user_group: userGroupSchema.optional(),
    status: z.enum(CONTACT_STATUSES, `must be one of ${CONTACT_STATUSES.join(', ')}`).optional(),
    /** Each is checked as a contact's address is. */
    billing_contacts: z
      .array(
        z.string('must be an email address').max(255, 'must be an email address'),
        'must be a list of email addresses',
      )
      .max(100, `must have at most ${MOST_BILLING_CONTACTS} addresses`)
      .optional(),
  }),
  'workflows/list': page,
  'workflows/create': z
    .object({
      template: id.optional(),
      trigger: z.enum(TRIGGER_TYPES).optional(),
      definition: z.unknown().optional(),
    })
    .refine((args) => (args.template === undefined) !== (args.definition === undefined), {
      message: 'give either a template or a definition',
      path: ['template'],
    }),
  'workflows/read': byId,
  /** Definitions are checked by the workflows themselves. */
  'workflows/save': z.object({ id, definition: z.unknown(), revision: z.int('must be a whole number') }),
  'workflows/activate': byId,
  'workflows/pause': byId,
  'workflows/delete': byId,
  'workflows/rehearse': z
    .object({ id: id.optional(), template: id.optional(), definition: z.unknown().optional(), days: rehearsalDays })
    .refine((args) => [args.id, args.template, args.definition].filter((one) => one !== undefined).length === 1, {
      message: 'give one of id, template and definition',
      path: ['id'],
    }),
  'runs/list': page.extend({
    workflow: id.optional(),
    contact: id.optional(),
    status: z.enum(RUN_STATUSES).optional(),
  }),
  'runs/stop': byId,
  'runs/advance': byId,
  'emails/list': page.extend({ status: z.enum(EMAIL_STATUSES).optional(), customer: id.optional() }),
  'emails/read': byId,
  'recovery/report': z.object({
    months: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(MOST_MONTHS, `must be at most ${MOST_MONTHS}`)
      .default(12),
  }),
  'import/start': none,
  disconnect: none,
} as const satisfies Record<RouteName, z.ZodType>;

export type Args<R extends RouteName> = z.infer<(typeof ARGS)[R]>;

/** Throws invalid_request with the name of the first argument that is wrong. */
export function parseArgs<R extends RouteName>(route: R, args: unknown): Args<R> {
  const parsed = ARGS[route].safeParse(args);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data as Args<R>;
}

/** Throws not_found for undefined. `param` is the argument that named it. */
export function found<T>(value: T | undefined, what: string, param = 'id'): T {
  if (value === undefined) throw new AppError('not_found', `There is no such ${what}.`, param);
  return value;
}
