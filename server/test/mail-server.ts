/** A real SMTP server that tests look into, and that can be told to refuse or to hang up. */
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  to: string[];
  raw: string;
  parsed: ParsedMail;
}

/** What the server does with one attempt instead of taking the mail. */
export type Trouble =
  | { at: 'rcpt' | 'data'; code: number; message: string }
  /** The mail is taken, but the connection is cut before the answer. */
  | { at: 'cut_after_data' };

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

export async function startMailServer() {
  const mails: ReceivedMail[] = [];
  const troubles: Trouble[] = [];
  const next = (at: Trouble['at']) => (troubles[0]?.at === at ? troubles.shift() : undefined);
  const refusal = (trouble: Trouble | undefined) =>
    trouble && 'code' in trouble
      ? Object.assign(new Error(trouble.message), { responseCode: trouble.code })
      : undefined;

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(refusal(next('rcpt'))),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refused = refusal(next('data'));
        if (refused) return done(refused);
        const raw = Buffer.concat(chunks).toString('utf8');
        const { mailFrom, rcptTo } = session.envelope;
        void simpleParser(raw).then((parsed) => {
          mails.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            raw,
            parsed,
          });
          if (next('cut_after_data')) for (const { _socket } of sockets(server)) _socket.destroy();
          else done();
        });
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    /** Applied to the next attempts, in order. */
    trouble: (...next: Trouble[]) => troubles.push(...next),
    /** Takes everything from now on. */
    calm: () => troubles.splice(0),
    subjects: () => mails.map(({ parsed }) => parsed.subject),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const sockets = (server: SMTPServer) =>
  (server as unknown as { connections: Set<{ _socket: { destroy(): void } }> }).connections;
