/** A transactional email on its way: a row at the program's request, made from what is published when it goes. */
import type { DataValue } from '../../shared/transactional';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import type { Settings } from '../../shared/settings';
import type { Context } from '../context';
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import {
  composeEmail,
  insertQueued,
  messageIdOf,
  type ComposeContext,
  type ComposedEmail,
  type EmailRequest,
} from './compose';
import { dataVariables } from './data-variables';
import type { Brought, Prepared } from './preparation';
import { findTransactional, publishedOf } from './transactional';

export interface TransactionalRequest {
  transactionalId: string;
  /** Normalised. */
  to: string;
  data: Readonly<Record<string, DataValue>>;
  /** Who has the address; null: nobody that is known. */
  contactId: string | null;
}

/**
 * Queues it. Throws not_found for one that isn't there or not published, and invalid_request naming a data variable that it
 * needs. `now` in epoch milliseconds. Returns the email's id.
 */
export async function queueTransactional(
  ctx: ComposeContext,
  trx: Trx,
  tenant: Tenant,
  { transactionalId, to, data, contactId }: TransactionalRequest,
  now: number,
): Promise<string> {
  const transactional = await findTransactional(trx, tenant, transactionalId);
  const content = transactional && publishedOf(transactional);
  if (!content)
    throw new AppError(
      'not_found',
      'transactionalId: there is no published transactional email with this id',
      'transactionalId',
    );
  const missing = dataVariables(content).required.find((name) => !Object.hasOwn(data, name));
  if (missing !== undefined)
    throw new AppError(
      'invalid_request',
      `dataVariables.${missing}: is missing, the email needs it`,
      `dataVariables.${missing}`,
    );
  const id = newId('eml', now);
  const email = {
    ...tenantColumns(tenant),
    id,
    contact_id: contactId,
    transactional_id: transactionalId,
    kind: 'transactional',
    to_address: to,
    subject: content.subject,
    status: 'queued',
    message_id: messageIdOf(ctx, id),
    is_test: 0,
    due_at: now,
    created_at: now,
  } as const;
  await insertQueued(trx, [email]);
  await trx
    .insertInto('email_data')
    .values({ ...tenantColumns(tenant), email_id: id, data: JSON.stringify(data) })
    .execute();
  return id;
}

export const findEmailData = (db: Db, tenant: Tenant, emailId: string): Promise<Row<'email_data'> | undefined> =>
  db.selectFrom('email_data').selectAll().where(ofTenant(tenant)).where('email_id', '=', emailId).executeTakeFirst();

interface TransactionalFacts {
  email: Row<'email'>;
  settings: Settings;
  logo: EmailRequest['logo'];
  /** Undefined when it was deleted. */
  transactional: Row<'transactional_email'> | undefined;
  /** Undefined when its time has passed, or its recipient was forgotten. */
  data: Row<'email_data'> | undefined;
}

/** `now` in epoch milliseconds. */
export function prepareTransactional(
  ctx: ComposeContext & Pick<Context, 'rendering'>,
  { email, settings, logo, transactional, data }: TransactionalFacts,
  brought: Brought | undefined,
  now: number,
): Prepared {
  const content = transactional && publishedOf(transactional);
  if (!content || !data) return { kind: 'keep', reason: 'missing_value', outcome: EMAIL_REASONS.contentGone };
  if (typeof brought === 'object') return { kind: 'ready', made: Promise.resolve(brought) };
  return { kind: 'ready', made: compose() };

  function compose(): Promise<ComposedEmail> {
    const request = {
      tenant: tenantOf(email),
      settings,
      logo,
      trigger: null,
      content: { kind: 'transactional' as const, ...content! },
      to: email.to_address,
      event: {},
      contact: {},
      data: JSON.parse(data!.data) as Record<string, DataValue>,
      origin: null,
    };
    return composeEmail(ctx, request, now, email.id);
  }
}
