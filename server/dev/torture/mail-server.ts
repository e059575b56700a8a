/** A mail server that keeps a book of what it accepted, and has moods. */
import { setTimeout as wait } from 'node:timers/promises';
import { startMailServer, type MailServer, type Reply } from '../mail-server';
import type { Dice } from './dice';

/**
 * `busy` answers 4xx to half, `cutting` hangs up after taking some mails, `slow` takes its time, `silent` never replies
 * and takes nothing.
 */
export type Mood = 'calm' | 'busy' | 'cutting' | 'slow' | 'silent';
export const BAD_MOODS: readonly Mood[] = ['busy', 'cutting', 'slow', 'silent'];

/** Addresses that begin so are refused for good. */
export const REFUSED = 'refused-';

export interface MoodyMailServer extends MailServer {
  /** How often each Message-ID was accepted. */
  accepted: ReadonlyMap<string, number>;
  /** Connections cut after the mail was taken. */
  cuts(): number;
  setMood(mood: Mood): void;
}

export async function startMoodyMailServer(dice: Dice): Promise<MoodyMailServer> {
  const accepted = new Map<string, number>();
  let mood: Mood = 'calm';
  let cuts = 0;
  const isUpset = () => mood === 'busy' && dice.chance(0.3);

  async function judge(raw: string): Promise<Reply> {
    if (mood === 'silent') return new Promise(() => undefined);
    if (mood === 'slow') await wait(dice.between(200, 3_000));
    if (isUpset()) return { code: 451, message: '4.3.0 Try again later' };
    const messageId = /^message-id:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? '';
    accepted.set(messageId, (accepted.get(messageId) ?? 0) + 1);
    if (mood !== 'cutting' || !dice.chance(0.2)) return 'accept';
    cuts++;
    return 'cut';
  }

  const server = await startMailServer({
    onRecipient(address) {
      if (address.startsWith(REFUSED)) return { code: 550, message: '5.1.1 No such mailbox' };
      return isUpset() ? { code: 450, message: '4.2.1 Try again later' } : undefined;
    },
    onMail: ({ raw }) => judge(raw),
  });
  return {
    ...server,
    accepted,
    cuts: () => cuts,
    setMood: (next) => {
      mood = next;
    },
  };
}
