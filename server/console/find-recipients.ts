/** Contacts as a filter names them: by a whole address, or a part of it or of the name. */
import { findContactIds } from '../audience/list-contacts';
import { findIdByAddress } from '../audience/find-addresses';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';

/** Of more that are found, the newest: what they are asked for is looked up one contact after the other. */
const MOST_RECIPIENTS = 1_000;

export interface Recipients {
  contacts: readonly string[];
  /** More are found than these: the newest so many; null: all are here. */
  most: number | null;
}

export async function findRecipients(db: Db, tenant: Tenant, typed: string): Promise<Recipients> {
  const contact = await findIdByAddress(db, tenant, typed);
  if (contact !== undefined) return { contacts: [contact], most: null };
  const found = await findContactIds(db, tenant, typed, MOST_RECIPIENTS + 1);
  const isMore = found.length > MOST_RECIPIENTS;
  return { contacts: found.slice(0, MOST_RECIPIENTS), most: isMore ? MOST_RECIPIENTS : null };
}
