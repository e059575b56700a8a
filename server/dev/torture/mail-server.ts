/** A real SMTP server that keeps a book of what it accepted, and has moods. */
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Dice } from './dice';

/**
 * `busy` answers 4xx to half, `cutting` hangs up after taking some mails, `slow` takes its time, `silent` never answers
 * and takes nothing.
 */
export type Mood = 'calm' | 'busy' | 'cutting' | 'slow' | 'silent';
export const BAD_MOODS: readonly Mood[] = ['busy', 'cutting', 'slow', 'silent'];

/** Addresses that begin so are refused for good. */
export const REFUSED = 'refused-';

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

export async function startMailServer(dice: Dice) {
  /** How often each Message-ID was accepted. */
  const accepted = new Map<string, number>();
  let mood: Mood = 'calm';
  let cuts = 0;

  const isUpset = (probability: number) => mood === 'busy' && dice.chance(probability);
  const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      if (address.startsWith(REFUSED)) return done(refusal(550, '5.1.1 No such mailbox'));
      done(isUpset(0.3) ? refusal(450, '4.2.1 Try again later') : undefined);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => void decide(Buffer.concat(chunks).toString('utf8'), session, done));
    },
  });
  // Broken connections are the point here; the book says what came of them.
  server.on('error', () => undefined);

  async function decide(raw: string, session: SMTPServerSession, done: (error?: Error) => void): Promise<void> {
    if (mood === 'silent') return;
    if (mood === 'slow') await wait(dice.between(200, 3_000));
    if (isUpset(0.3)) return done(refusal(451, '4.3.0 Try again later'));
    const messageId = /^message-id:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? '';
    accepted.set(messageId, (accepted.get(messageId) ?? 0) + 1);
    if (mood === 'cutting' && dice.chance(0.2)) {
      cuts++;
      socketOf(server, session)?.destroy();
    } else done();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();

  return {
    url: `smtp://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    accepted: accepted as ReadonlyMap<string, number>,
    /** Connections cut after the mail was taken. */
    cuts: () => cuts,
    openConnections: () => connectionsOf(server).size,
    setMood: (next: Mood) => {
      mood = next;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

interface Connection {
  session: SMTPServerSession;
  _socket: Socket;
}

/** smtp-server has no public way to hang up on one client. */
const connectionsOf = (server: SMTPServer) => (server as unknown as { connections: Set<Connection> }).connections;

const socketOf = (server: SMTPServer, session: SMTPServerSession): Socket | undefined =>
  [...connectionsOf(server)].find((connection) => connection.session === session)?._socket;
