/** Where an email goes. Pure. */
import type { Row } from '../db/schema';

export const isCopy = ({ copy_to }: Pick<Row<'email'>, 'copy_to'>): boolean => copy_to !== '';

/** A billing contact's address, or the one that a program named; else the contact's as it is now. */
export const recipientOf = (
  email: Pick<Row<'email'>, 'copy_to' | 'to_address' | 'transactional_id'>,
  contact: Pick<Row<'contact'>, 'email'> | undefined,
): string =>
  isCopy(email) || email.transactional_id !== null ? email.to_address : (contact?.email ?? email.to_address);
