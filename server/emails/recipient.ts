/** Where an email goes. Pure. */
import type { Row } from '../db/schema';

export const isCopy = ({ copy_to }: Pick<Row<'email'>, 'copy_to'>): boolean => copy_to !== '';

/** A billing contact's address; else the contact's as it is now. */
export const recipientOf = (
  email: Pick<Row<'email'>, 'copy_to' | 'to_address'>,
  contact: Pick<Row<'contact'>, 'email'> | undefined,
): string => (isCopy(email) ? email.to_address : (contact?.email ?? email.to_address));
