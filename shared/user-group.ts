/** The name of a contact's group, wherever one is typed: one line of limited length; blank means no group. */
import { USER_GROUP_LENGTH } from './limits';
import { oneLineOrNull } from './one-line';

/** Null for no group; what comes out is trimmed. */
export const userGroupSchema = oneLineOrNull(USER_GROUP_LENGTH);
