/**
 * A workflow that asks for what happens to a contact is started for one to whom it didn't happen, as for one that was there
 * before the workflow: by an event that a person makes, for this workflow alone.
 */
import { createHash } from 'node:crypto';
import type { RunView } from '../../shared/api';
import { NOT_BEGUN_WORDS } from '../../shared/words/trials';
import { findLists, findMemberships } from '../audience/mailing-lists';
import { keyFor, selectByKeys } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { definitionOf } from '../workflows/definitions';
import { mayStartWith } from '../workflows/match';
import { checkToken, startWithin, type StartRequest } from '../workflows/start-by-hand';
import type { MadeEvent } from '../workflows/trial';
import { findWorkflow } from '../workflows/read-workflows';
import { asLogged, MADE_BY_HAND, type OwnEvent } from './own-events';
import { recordRows } from './record';

/** Those that say nothing but what is true of the contact as it is: an update would have to say what was before. */
const MADE = ['lifecycle.contact_added', 'lifecycle.list_joined'] as const;
type MadeType = (typeof MADE)[number];

export const canBeMade = (type: string): type is MadeType => (MADE as readonly string[]).includes(type);

interface ForContact {
  workflowId: string;
  contactId: string;
}

/**
 * It isn't in the log yet, and what it is to start is not started. Throws not_found, and invalid_request where the trigger asks
 * for something else, or for a list that the contact is not on. `now` in epoch milliseconds.
 */
export async function makeEvent(
  db: Db,
  tenant: Tenant,
  { workflowId, contactId, token }: ForContact & { token: string },
  now: number,
): Promise<MadeEvent> {
  const workflow = await findWorkflow(db, tenant, workflowId);
  const [contact] = await selectByKeys(db, 'contact', 'id', [keyFor(tenantColumns(tenant), contactId)]);
  if (!workflow || !contact) throw new AppError('not_found', 'There is no such workflow or contact.', 'contact');
  const { event: type, conditions } = definitionOf(workflow).trigger;
  if (!canBeMade(type)) throw new AppError('invalid_request', NOT_BEGUN_WORDS.notMade, 'contact');
  const by = { by: 'person' };
  const possible =
    type === 'lifecycle.contact_added'
      ? [{ source: contact.source, ...by }]
      : (await listsOf(db, tenant, contact)).map(({ id, name }) => ({ list: id, list_name: name, ...by }));
  const properties = possible.find((one) => mayStartWith(conditions, one)) ?? possible[0];
  if (!properties) throw new AppError('invalid_request', NOT_BEGUN_WORDS.noList, 'contact');
  const event: OwnEvent = {
    tenant,
    id: `${MADE_BY_HAND}${createHash('sha256')
      .update(JSON.stringify([workflowId, contactId, token]))
      .digest('hex')
      .slice(0, 32)}`,
    type,
    created: Math.floor(now / 1000),
    causedBy: null,
    customerId: null,
    contactId,
    object: { contact: contact.id, email: contact.email, user_id: contact.user_id },
    properties,
  };
  const { row, payload } = asLogged(event, now);
  return { row: { ...row, status: 'processed', outcome: 'Made by hand to start a workflow', due_at: null }, payload };
}

async function listsOf(db: Db, tenant: Tenant, { id }: Row<'contact'>) {
  const memberships = await findMemberships(db, tenant, id);
  const on = new Set(memberships.filter(({ is_member }) => is_member === 1).map(({ list_id }) => list_id));
  return (await findLists(db, tenant)).filter((list) => on.has(list.id));
}

/** As startByHand, and the event is in the log with its run, or neither is. */
export function startForContact(
  db: Db,
  tenant: Tenant,
  { contactId, ...request }: ForContact & Pick<StartRequest, 'token' | 'isAgain'>,
  now: number,
): Promise<RunView> {
  checkToken(request.token);
  return transact(db, async (trx) => {
    const event = await makeEvent(trx, tenant, { contactId, ...request }, now);
    await recordRows(trx, [event]);
    return startWithin(trx, tenant, { ...request, event }, now);
  });
}
