/** A mail server that keeps a book of what it accepted, and has moods. */
import { EventEmitter, once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { startMailServer, type MailServer, type Reply } from '../mail-server';
import type { Clock } from './clock';
import type { Dice } from './dice';

/**
 * `busy` answers 4xx to half, `cutting` takes some mails and hangs up after their final dot, `slow` takes its time, `late`
 * more than anybody waits for before the dot, `silent` takes nothing, says nothing, and hangs up when the mood ends, `away`
 * lets nobody in, `closing` answers 421 in the middle, to half of what it is told: at MAIL, at RCPT and after the final dot.
 */
export type Mood = 'calm' | 'busy' | 'cutting' | 'slow' | 'late' | 'silent' | 'away' | 'closing';
export const BAD_MOODS: readonly Mood[] = ['busy', 'cutting', 'slow', 'late', 'silent', 'closing'];
/** In these every email gets a reply, so that what became of it is known. */
const CLEAR: readonly Mood[] = ['calm', 'busy', 'closing'];

/** Addresses that begin so are refused for good. */
export const REFUSED = 'refused-';

export interface MoodyMailServer extends MailServer {
  /** How often each Message-ID was accepted. */
  accepted: ReadonlyMap<string, number>;
  /** The Message-IDs that had to wait after the final dot, or were given no reply. */
  heldUp: ReadonlySet<string>;
  /** When each Message-ID was accepted last, by the torture's clock. */
  acceptedAt: ReadonlyMap<string, number>;
  /** `closed`: answers of 421. */
  counts: Readonly<{ closed: number }>;
  setMood(mood: Mood): void;
  /** What is checked needs no book any more. */
  forget(): void;
}

export async function startMoodyMailServer(dice: Dice, clock: Clock): Promise<MoodyMailServer> {
  const accepted = new Map<string, number>();
  const acceptedAt = new Map<string, number>();
  const heldUp = new Set<string>();
  const counts = { closed: 0 };
  const moods = new EventEmitter().setMaxListeners(0);
  let mood: Mood = 'calm';
  const isUpset = () => mood === 'busy' && dice.chance(0.3);
  const closing = () => {
    if (mood !== 'closing' || dice.chance(0.5)) return undefined;
    counts.closed++;
    return { code: 421, message: '4.3.2 Closing the connection' };
  };

  async function judge(raw: string): Promise<Reply> {
    const messageId = /^message-id:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? '';
    if (!CLEAR.includes(mood)) heldUp.add(messageId);
    if (mood === 'silent') {
      await once(moods, 'next');
      return 'cut';
    }
    if (mood === 'slow') await wait(dice.between(200, 3_000));
    if (isUpset()) return { code: 451, message: '4.3.0 Try again later' };
    const refusal = closing();
    if (refusal) return refusal;
    accepted.set(messageId, (accepted.get(messageId) ?? 0) + 1);
    acceptedAt.set(messageId, clock.now());
    if (mood === 'late') await wait(dice.between(31_000, 35_000));
    return mood === 'cutting' && dice.chance(0.2) ? 'cut' : 'accept';
  }

  const server = await startMailServer({
    onSender: closing,
    onRecipient(address) {
      if (address.startsWith(REFUSED)) return { code: 550, message: '5.1.1 No such mailbox' };
      return isUpset() ? { code: 450, message: '4.2.1 Try again later' } : closing();
    },
    onMail: ({ raw }) => judge(raw),
    smtp: {
      onConnect(_session, done) {
        done(mood === 'away' ? Object.assign(new Error('Closed for now'), { responseCode: 421 }) : undefined);
      },
    },
  });
  return {
    ...server,
    accepted,
    acceptedAt,
    heldUp,
    counts,
    forget() {
      for (const book of [accepted, acceptedAt, heldUp]) book.clear();
    },
    setMood: (next) => {
      mood = next;
      moods.emit('next');
    },
  };
}
