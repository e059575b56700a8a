/** Reads the mailbox of bounces every minute, and less often while it can't be reached. */
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';

const EVERY_MS = 60_000;
const BACK_OFF = { first: EVERY_MS, longest: 60 * 60_000 };

export interface MailboxLoop {
  /** Breaks off what is under way; it is read again by the next process. */
  stop(): Promise<void>;
}

export function startMailboxLoop(ctx: Context, { everyMs = EVERY_MS, backOff = BACK_OFF } = {}): MailboxLoop {
  const address = ctx.secrets.bounceMailbox;
  if (address === null) return { stop: () => Promise.resolve() };
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let round = Promise.resolve();

  async function read(mailbox: string): Promise<void> {
    try {
      // IMAP and MIME take as long to load as the rest of a start: only who has a mailbox waits for them.
      const { readMailbox } = await import('./mailbox');
      await readMailbox(ctx, mailbox, stopping.signal);
      if (failures > 0) ctx.log.info('the mailbox of bounces can be read again');
      failures = 0;
    } catch (error) {
      if (stopping.signal.aborted) return;
      // Once: it may be away for days.
      if (failures++ === 0) ctx.log.warn({ err: error }, 'the mailbox of bounces can’t be read; it is tried again');
    }
    if (stopping.signal.aborted) return;
    const wait = failures === 0 ? everyMs : backOffMs(failures, backOff);
    timer = setTimeout(() => (round = read(mailbox)), wait);
  }

  round = read(address);
  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await round;
    },
  };
}
