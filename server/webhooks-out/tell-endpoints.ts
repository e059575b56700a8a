/** Makes a delivery of each message for each endpoint that wants it. */
import { readContacts } from '../audience/contacts';
import { findLists } from '../audience/mailing-lists';
import { insertNew } from '../db/bulk';
import { byId, keyFor, keyText, selectByKeys, selectByTenants } from '../db/keys';
import { newId } from '../db/new-id';
import type { MessageKind, Row, Trx } from '../db/schema';
import { tenantColumns, tenantKey, tenantOf, tenantsOf, type Tenant } from '../db/tenant';
import { viewEmail } from '../emails/emails';
import { RELEASED } from '../emails/record-email';
import { readEvents } from '../events/events';
import { groupBy } from '../group-by';
import type { Message } from '../outbox/messages';
import { viewRun } from '../workflows/runs';
import { typesOf } from './endpoints';
import { payloadOf, type Known } from './payload';

/** A consumer of the outbox. Objects are read as they are now: moments after what is told of them. */
export async function tellEndpoints(trx: Trx, messages: readonly Message[], now: number): Promise<void> {
  const tenants = tenantsOf(messages.map(({ tenant }) => tenantColumns(tenant)));
  const active = await selectByTenants(trx, 'webhook_endpoint', tenants, { where: "status = 'active'" });
  const ends = await endsOf(trx, tenants);
  const endpointsOf = groupBy(active, (endpoint) => tenantKey(tenantOf(endpoint)));
  for (const own of groupBy(messages, ({ tenant }) => tenantKey(tenant)).values()) {
    const { tenant } = own[0];
    const endpoints = endpointsOf.get(tenantKey(tenant)) ?? [];
    const wanting = endpoints.map((endpoint) => ({ endpoint, types: new Set(typesOf(endpoint)) }));
    const end = ends.get(tenantKey(tenant)) ?? Infinity;
    // An email that was being judged when it ended fails by that a moment later.
    const isInTime = ({ type, at }: Message) => at <= end || type === 'email.failed';
    const told = own.filter((message) => isInTime(message) && wanting.some(({ types }) => types.has(message.type)));
    if (told.length === 0) continue;
    const known = await readObjects(trx, tenant, told);
    const rows = told.flatMap((message): Row<'webhook_delivery'>[] => {
      const payload = payloadOf(message, known);
      if (payload === undefined) return [];
      return wanting
        .filter(({ types }) => types.has(message.type))
        .map(({ endpoint }) => ({
          id: newId('whd', now),
          endpoint_id: endpoint.id,
          type: message.type,
          object_id: message.id,
          contact_id: message.contactId,
          payload,
          status: 'pending',
          ...NOT_TRIED,
          created_at: now,
          due_at: now,
          ...tenantColumns(tenant),
        }));
    });
    await insertNew(trx, 'webhook_delivery', rows);
  }
}

/** When installs that are disconnected were, by tenantKey: what that ended is told, nothing after it. */
async function endsOf(trx: Trx, tenants: readonly Tenant[]): Promise<Map<string, number>> {
  const installs = await selectByTenants(trx, 'install', tenants, { columns: ['removed_at'] });
  return new Map(installs.map((install) => [tenantKey(tenantOf(install)), install.removed_at ?? Infinity]));
}

const NOT_TRIED = {
  response_status: null,
  outcome: null,
  response: null,
  tried_at: null,
  claims: 0,
  attempts: 0,
} as const;

async function readObjects(trx: Trx, tenant: Tenant, messages: readonly Message[]): Promise<Known> {
  const own = tenantColumns(tenant);
  const idsOf = (kind: MessageKind) => [...new Set(messages.flatMap((one) => (one.kind === kind ? one.id : [])))];
  const keysOf = (kind: MessageKind) => idsOf(kind).map((id) => keyFor(own, id));
  const contacts = new Map((await readContacts(trx, tenant, idsOf('contact'))).map((view) => [view.id, view]));
  const events = new Map((await readEvents(trx, tenant, idsOf('event'))).map((view) => [view.id, view]));
  const emails = byId(await selectByKeys(trx, 'email', 'id', keysOf('email')));
  const runs = byId(await selectByKeys(trx, 'run', 'id', keysOf('run')));
  const hasLists = messages.some(({ details }) => details.list_id !== undefined);
  const lists = new Map((hasLists ? await findLists(trx, tenant) : []).map(({ id, name }) => [id, name]));
  return {
    contact: (id) => contacts.get(id),
    event: (id) => events.get(id),
    email(id) {
      const email = emails.get(keyText(own, id));
      return email && email.to_address !== RELEASED ? viewEmail(email) : undefined;
    },
    run(id) {
      const run = runs.get(keyText(own, id));
      return run && viewRun(run);
    },
    listName: (id) => lists.get(id),
  };
}
