/** The mail server of the tests: they look into it, and tell it to refuse, to hang up or to keep its clients waiting. */
import { once, EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';
import type { SMTPServerOptions } from 'smtp-server';
import { startMailServer as listen, type Mail, type Refusal } from '../dev/mail-server';
import { closing } from './leftovers';

interface ReceivedMail extends Mail {
  parsed: ParsedMail;
}

/** What the server does with one attempt instead of accepting the mail. */
export type Trouble =
  | ({ at: 'rcpt' | 'data' } & Refusal)
  /** It never replies to the recipient. */
  | { at: 'silent_at_rcpt' }
  /** The mail is kept, and accepted so many milliseconds later. */
  | { at: 'late'; ms: number }
  /** The mail is kept, but the connection is cut before the reply. */
  | { at: 'cut_after_data' };

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

/** `refuses` names recipients that are refused for good, `isHolding` keeps clients waiting for a reply until `release`. */
export async function startMailServer({
  refuses = [] as string[],
  isHolding = false,
  smtp = undefined as SMTPServerOptions | undefined,
} = {}) {
  const mails: ReceivedMail[] = [];
  const troubles: Trouble[] = [];
  const next = <A extends Trouble['at']>(at: A) =>
    (troubles[0]?.at === at ? troubles.shift() : undefined) as Extract<Trouble, { at: A }> | undefined;
  const events = new EventEmitter();
  let hold = isHolding ? once(events, 'release') : undefined;

  const server = await listen({
    smtp,
    onRecipient(address) {
      if (next('silent_at_rcpt')) return new Promise(() => undefined);
      return refuses.includes(address) ? { code: 550, message: '5.1.1 No such user' } : next('rcpt');
    },
    async onMail(mail) {
      const refused = next('data');
      if (refused) return refused;
      mails.push({ ...mail, parsed: await simpleParser(mail.raw) });
      events.emit('mail');
      await hold;
      const late = next('late');
      if (late) await wait(late.ms);
      return next('cut_after_data') ? 'cut' : 'accept';
    },
  });

  return {
    ...server,
    close: closing(() => server.close()),
    mails,
    /** Applied to the next attempts, in order. */
    trouble: (...next: Trouble[]) => troubles.push(...next),
    /** Accepts everything from now on. */
    calm: () => troubles.splice(0),
    subjects: () => mails.map(({ parsed }) => parsed.subject),
    /** Resolves when the next mail is there, which may still be waiting for its reply. */
    nextMail: () => once(events, 'mail'),
    /** Replies to who waits, and from now on to everyone at once. */
    release() {
      hold = undefined;
      events.emit('release');
    },
  };
}
