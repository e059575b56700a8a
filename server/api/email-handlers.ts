/** Transactional emails, in Loops' shapes. */
import type { TransactionalView } from '../../shared/transactional';
import { findContactByEmail } from '../audience/contacts';
import { writeContact } from '../audience/write-contact';
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { queueTransactional } from '../emails/send-transactional';
import { countTransactional, listTransactional, readTransactional } from '../emails/transactional';
import { AppError } from '../errors';
import { answerOnce } from '../installs/api-answers';
import type { EMAIL_ENDPOINTS } from './email-endpoints';
import type { Answer, Asked } from './endpoints';
import type { Handlers } from './handler';

export const EMAIL_HANDLERS: Handlers<keyof typeof EMAIL_ENDPOINTS> = {
  sendTransactionalEmail: async (ctx, tenant, { body, idempotencyKey: key }) => {
    const now = ctx.clock.now();
    const { transactionalId, email: to, dataVariables: data = {}, addToAudience } = body;
    const answer = await transact(ctx.db, (trx) =>
      answerOnce(trx, tenant, { route: 'transactional', key, body }, now, async () => {
        const known = await findContactByEmail(trx, tenant, to);
        const input = { email: to, fields: {}, properties: {}, lists: {} };
        const made = !known && addToAudience ? await writeContact(trx, tenant, input, { mode: 'create', now }) : null;
        const contactId = known?.id ?? made?.contact.id ?? null;
        await queueTransactional(ctx, trx, tenant, { transactionalId, to, data, contactId }, now);
        return { success: true as const };
      }),
    );
    ctx.nudge();
    return answer;
  },
  listTransactionalEmails: async (ctx, tenant, { query }) => {
    const { pagination, found } = await findPage(ctx, tenant, query, { path: 'transactional-emails' });
    return { pagination, data: found.map((one) => viewLoops(ctx, one)) };
  },
  listPublishedTransactionalEmails: async (ctx, tenant, { query }) => {
    const { pagination, found } = await findPage(ctx, tenant, query, { path: 'transactional', isPublished: true });
    const data = found.map(({ id, name, published_at, updated_at, variables }) => ({
      id,
      name,
      lastUpdated: published_at ?? updated_at,
      dataVariables: variables,
    }));
    return { pagination, data };
  },
  getTransactionalEmail: async (ctx, tenant, { id }) => {
    const found = await readTransactional(ctx.db, tenant, id);
    if (!found) throw new AppError('not_found', 'Transactional email not found.');
    return viewLoops(ctx, found);
  },
};

/** As Loops has pages: the next one begins after the last one's id. */
async function findPage(
  { db, config }: Context,
  tenant: Tenant,
  { perPage, cursor }: Asked<'listTransactionalEmails'>['query'],
  { path, isPublished = false }: { path: string; isPublished?: boolean },
) {
  const more = await listTransactional(db, tenant, { limit: perPage + 1, before: cursor, isPublished });
  const found = more.slice(0, perPage);
  const totalResults = await countTransactional(db, tenant, isPublished);
  const nextCursor = more.length > perPage ? (found.at(-1)?.id ?? null) : null;
  const pagination = {
    totalResults,
    returnedResults: found.length,
    perPage,
    totalPages: Math.ceil(totalResults / perPage),
    nextCursor,
    nextPage: nextCursor && `${config.publicUrl}/api/v1/${path}?perPage=${perPage}&cursor=${nextCursor}`,
  };
  return { pagination, found };
}

/** Its one text has no id of its own here: it bears the email's. */
const viewLoops = (
  { config }: Pick<Context, 'config'>,
  { id, name, is_published, has_changes, variables, created_at, updated_at }: TransactionalView,
): Answer<'getTransactionalEmail'> => ({
  id,
  url: `${config.publicUrl}/emails/transactional/${id}`,
  name,
  draftEmailMessageId: has_changes ? id : null,
  publishedEmailMessageId: is_published ? id : null,
  transactionalGroupId: null,
  createdAt: created_at,
  updatedAt: updated_at,
  dataVariables: variables,
});
