/** Fields that several requests have, and how they are read from outside. */
import { z } from 'zod';
import { NAME_LENGTH } from '../../shared/limits';
import { oneLine, oneLineOrNull } from '../../shared/one-line';
import { userGroupSchema } from '../../shared/user-group';
import { parseEmail } from '../audience/address';
import { DEFAULT_LIMIT } from '../db/page';

const NOT_AN_ADDRESS = 'must be an email address';

/** Normalised. */
export const email = z
  .string(NOT_AN_ADDRESS)
  .meta({ format: 'email' })
  .transform((typed, { addIssue }) => {
    const parsed = parseEmail(typed);
    if (parsed.kind === 'valid') return parsed.email;
    addIssue({ code: 'custom', message: NOT_AN_ADDRESS });
    return z.NEVER;
  });

export const line = (max: number) => oneLine(max, 'must be text').min(1, 'must not be empty');

export const id = z.string('must be text').min(1, 'is missing').max(255, 'is too long');
export const userId = line(255);

const name = oneLineOrNull(NAME_LENGTH, 'must be text or null');

const SUBSCRIBED = 'must be true or false';
const PRIMITIVE = 'must be text, a number, true, false or null';
const propertyValue = z.union([z.string(), z.number(), z.boolean(), z.null()], PRIMITIVE);

const mailingLists = z.record(z.string().max(255), z.boolean(SUBSCRIBED), 'must be an object of list ids');

/** Of a contact: what Loops knows, and contact properties beside it. */
export const contactFields = {
  firstName: name.optional(),
  lastName: name.optional(),
  source: line(100).optional(),
  subscribed: z.boolean(SUBSCRIBED).optional(),
  userGroup: userGroupSchema.optional(),
  mailingLists: mailingLists.optional(),
};
export const withContactProperties = <S extends z.ZodRawShape>(shape: S) => z.object(shape).catchall(propertyValue);

interface Named {
  email?: string | undefined;
  userId?: string | undefined;
}
export const isNamed = ({ email, userId }: Named): boolean => email !== undefined || userId !== undefined;
export const NAMED = { message: 'give email or userId', path: ['email'] };

/** The same for the document, which can't have it from a refinement. */
const EITHER = [{ required: ['email'] }, { required: ['userId'] }];
export const EMAIL_OR_USER_ID = { anyOf: EITHER };

/** One of the two, not both. */
export const oneContact = z
  .object({ email: email.optional(), userId: userId.optional() })
  .refine(({ email, userId }) => (email === undefined) !== (userId === undefined), {
    message: 'give either email or userId',
    path: ['email'],
  })
  .meta({ oneOf: EITHER });

const limitBetween = (least: number, most: number) =>
  z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`)
    .default(DEFAULT_LIMIT);

/** Of our own lists: as Stripe's, newest first. */
export const page = { limit: limitBetween(1, 100), starting_after: id.optional() };
/** Of Loops' lists. */
export const loopsPage = { perPage: limitBetween(10, 50), cursor: id.optional() };
