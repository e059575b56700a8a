/** Which workflows name what the merchant's own programs bring: contact properties, and events. Drafts count as well. */
import { apiEventType } from '../../shared/api-events';
import { deleteContactProperty } from '../audience/delete-property';
import type { Db, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { AppError } from '../errors';

interface NamingWorkflow {
  id: string;
  name: string;
  /** Its definition and its draft, as JSON. */
  text: string;
}

/** All of an install, to be asked with namesProperty and namesEvent. */
export async function listNaming(db: Db, tenant: Tenant): Promise<NamingWorkflow[]> {
  const rows = await db
    .selectFrom('workflow')
    .select(['id', 'name', 'definition', 'draft'])
    .where(ofTenant(tenant))
    .orderBy('id')
    .execute();
  return rows.map(({ id, name, definition, draft }) => ({ id, name, text: `${definition}\n${draft ?? ''}` }));
}

/** In a condition, or in an email as `contact.properties.seats` or `contact.properties["seats"]`. */
export const namesProperty = ({ text }: NamingWorkflow, name: string): boolean =>
  new RegExp(`\\bproperties(?:\\s*\\.\\s*|\\s*\\[\\s*\\\\?["'])${name}(?![A-Za-z0-9_])`).test(text);

/** As its trigger, or among what ends its runs. */
export const namesEvent = ({ text }: NamingWorkflow, name: string): boolean =>
  text.includes(`"event":${JSON.stringify(apiEventType(name))}`);

/**
 * No workflow names it any more: its values are taken from contacts in the background. Returns the id of the work. Throws
 * not_found, and conflict where a workflow names it. `now` in epoch milliseconds.
 */
export async function deleteUnusedProperty(trx: Trx, tenant: Tenant, name: string, now: number): Promise<string> {
  const id = await deleteContactProperty(trx, tenant, name, now);
  const using = (await listNaming(trx, tenant)).find((workflow) => namesProperty(workflow, name));
  if (using)
    throw new AppError('conflict', `The workflow ${using.name} uses ${name}: take it out there first.`, 'name');
  return id;
}
