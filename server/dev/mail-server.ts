/** A real SMTP server for tests, bench and torture. Who starts it says what becomes of each mail. */
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

export interface Mail {
  from: string;
  to: string[];
  raw: string;
}

/** 421 hangs up after it (RFC 5321, section 3.8). */
export interface Refusal {
  code: number;
  message: string;
}

/** `cut` hangs up without a reply. */
export type Reply = 'accept' | 'cut' | Refusal;

export interface MailServerOptions {
  /** Asked at MAIL; undefined goes on. */
  onSender?(): Refusal | undefined;
  /** Asked for every recipient; undefined accepts it. The client waits until this returns. */
  onRecipient?(address: string): Refusal | undefined | Promise<Refusal | undefined>;
  /** Has the whole mail; the client waits until this returns. */
  onMail(mail: Mail): Reply | Promise<Reply>;
  /** What it offers, if not the usual. */
  smtp?: SMTPServerOptions;
}

export interface MailServer {
  url: string;
  openConnections(): number;
  hangUp(): void;
  /** What its clients have written unencrypted, the last of it. */
  inClear(): string;
  /** Hangs up on whoever is still there. */
  close(): Promise<void>;
}

/** Of what clients wrote: the torture sends hundreds of thousands of mails. */
const PIECES_KEPT = 2_000;

export async function startMailServer({ onSender, onRecipient, onMail, smtp }: MailServerOptions): Promise<MailServer> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    ...smtp,
    ...(onSender ? { onMailFrom: (_address, session, done) => done(refuse(onSender(), session)) } : {}),
    onRcptTo({ address }, session, done) {
      void Promise.resolve(onRecipient?.(address)).then((refusal) => done(refuse(refusal, session)));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => void receive(Buffer.concat(chunks).toString('utf8'), session).then(done, done));
    },
  });
  const inClear: Buffer[] = [];
  server.server.on('connection', (socket: Socket) =>
    socket.on('data', (bytes: Buffer) => {
      inClear.push(bytes);
      if (inClear.length > PIECES_KEPT) inClear.splice(0, PIECES_KEPT / 2);
    }),
  );
  // Connections that break are the point of many a test.
  server.on('error', () => undefined);

  /** Resolves with the error to reply with, if any; never after the connection was cut. */
  async function receive(raw: string, session: SMTPServerSession): Promise<Error | undefined> {
    const { mailFrom, rcptTo } = session.envelope;
    const to = rcptTo.map(({ address }) => address);
    const reply = await onMail({ from: mailFrom ? mailFrom.address : '', to, raw });
    if (reply === 'accept') return undefined;
    if (reply !== 'cut') return refuse(reply, session);
    socketOf(server, session)?.destroy();
    return new Promise(() => undefined);
  }

  function refuse(refusal: Refusal | undefined, session: SMTPServerSession): Error | undefined {
    if (refusal?.code === 421) {
      const socket = socketOf(server, session);
      setImmediate(() => socket?.end());
    }
    return refusal && errorOf(refusal);
  }

  function hangUp(): void {
    for (const { _socket } of connectionsOf(server)) _socket.destroy();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    inClear: () => Buffer.concat(inClear).toString('utf8'),
    openConnections: () => connectionsOf(server).size,
    hangUp,
    async close() {
      hangUp();
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
}

const errorOf = ({ code, message }: Refusal) => Object.assign(new Error(message), { responseCode: code });

interface Connection {
  session: SMTPServerSession;
  _socket: Socket;
}

/** smtp-server has no public way to hang up on one client. */
const connectionsOf = (server: SMTPServer) => (server as unknown as { connections: Set<Connection> }).connections;

const socketOf = (server: SMTPServer, session: SMTPServerSession): Socket | undefined =>
  [...connectionsOf(server)].find((connection) => connection.session === session)?._socket;
