/**
 * The mailbox that bounces come back to. What is unread is read, applied, and then marked as read: a process that dies in
 * between applies it once more, which changes nothing. Several processes may read one mailbox.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import type { Context } from '../context';
import { recordReport } from '../emails/reports';
import { readDeliveryStatus } from './delivery-status';

/** Of larger messages only their beginning is read, which has what counts. */
const MAX_BYTES = 1_000_000;
const ANSWER_MS = 30_000;

/** Reads all that is unread; returns how many changed something. Throws what keeps it from the mailbox or the database. */
export async function readMailbox(ctx: Context, address: string, signal?: AbortSignal): Promise<number> {
  return withMailbox(address, signal, async (client) => {
    const unread = await client.search({ seen: false }, { uid: true });
    let recorded = 0;
    for (const uid of unread || []) {
      if (signal?.aborted) break;
      const message = await client.fetchOne(uid, { source: { maxLength: MAX_BYTES } }, { uid: true });
      if (!message || !message.source) continue;
      const result = await apply(ctx, uid, message.source);
      if (result === 'recorded') recorded++;
      if (result !== 'too_early') await client.messageFlagsAdd(uid, ['\\Seen'], { uid: true });
      await breathe();
    }
    return recorded;
  });
}

/** Throws when the mailbox can't be opened. */
export const checkMailbox = (address: string): Promise<void> =>
  withMailbox(address, undefined, () => Promise.resolve());

async function apply(ctx: Context, uid: number, source: Buffer) {
  const report = await readDeliveryStatus(ctx, source).catch((error: unknown) => {
    ctx.log.warn({ err: error, uid }, 'a message in the mailbox of bounces could not be read');
    return undefined;
  });
  return report ? recordReport(ctx, report) : 'nothing';
}

async function withMailbox<T>(
  address: string,
  signal: AbortSignal | undefined,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const client = new ImapFlow({ ...optionsOf(address), logger: false, disableAutoIdle: true });
  // What fails also rejects what is waited for.
  client.on('error', () => undefined);
  const cut = () => client.close();
  signal?.addEventListener('abort', cut);
  try {
    await client.connect();
    const lock = await client.getMailboxLock(mailboxOf(address));
    try {
      return await work(client);
    } finally {
      lock.release();
    }
  } finally {
    signal?.removeEventListener('abort', cut);
    await client.logout().catch(cut);
  }
}

function optionsOf(address: string) {
  const url = new URL(address);
  const secure = url.protocol === 'imaps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 993 : 143),
    secure,
    auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    connectionTimeout: ANSWER_MS,
    greetingTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
  };
}

const mailboxOf = (address: string) => decodeURIComponent(new URL(address).pathname.slice(1)) || 'INBOX';
