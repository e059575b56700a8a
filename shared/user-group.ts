/** The name of a contact's group, wherever one is typed: one line of limited length; blank means no group. */
import { z } from 'zod';
import { USER_GROUP_LENGTH } from './limits';

/** Null for no group; what comes out is trimmed. */
export const userGroupSchema = z
  .string()
  .trim()
  .max(USER_GROUP_LENGTH, `must have at most ${USER_GROUP_LENGTH} characters`)
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters')
  .nullable()
  .transform((text) => text || null);
