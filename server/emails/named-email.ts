/** Finding an email that somebody outside names, without knowing whose it is. */
import type { Context } from '../context';
import type { Db, Row } from '../db/schema';
import { readEmailToken } from './email-token';

export interface EmailNames {
  /** From the header X-Tillpost-Email or the return path. */
  token?: string;
  messageId?: string;
  /** What the mail server called it when it took it. */
  remoteId?: string;
}

const ID_IN_MESSAGE_ID = /^<?(eml_[0-9a-f]{32})@[^<>\s]+>?$/;

/** By the first of the names that we gave: a token of another Tillpost may come with its mail server's id. */
export async function findNamedEmail(
  ctx: Pick<Context, 'db' | 'vault'>,
  { token, messageId, remoteId }: EmailNames,
): Promise<Row<'email'> | undefined> {
  const id = token === undefined ? undefined : readEmailToken(ctx, token);
  if (id !== undefined) return findOfAnyInstall(ctx.db, id);
  const [, named] = ID_IN_MESSAGE_ID.exec(messageId?.trim() ?? '') ?? [];
  const email = named === undefined ? undefined : await findOfAnyInstall(ctx.db, named);
  if (email) return email.message_id.replace(/[<>]/g, '') === messageId?.replace(/[<>\s]/g, '') ? email : undefined;
  return remoteId === undefined ? undefined : findByRemoteId(ctx.db, remoteId);
}

/** Every key begins with the install: one look for each is cheaper than one more index for every email. */
const findOfAnyInstall = (db: Db, id: string): Promise<Row<'email'> | undefined> =>
  db
    .selectFrom('install')
    .innerJoin('email', (join) =>
      join
        .onRef('email.account_id', '=', 'install.account_id')
        .onRef('email.livemode', '=', 'install.livemode')
        .on('email.id', '=', id),
    )
    .selectAll('email')
    .executeTakeFirst();

/** Mail servers may use an id again: then it names none. */
async function findByRemoteId(db: Db, remoteId: string): Promise<Row<'email'> | undefined> {
  const found = await db.selectFrom('email').selectAll().where('remote_id', '=', remoteId).limit(2).execute();
  return found.length === 1 ? found[0] : undefined;
}
