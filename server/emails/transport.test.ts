/** What becomes of one message before, at and after its final dot, over real sockets. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { closing } from '../test/leftovers';
import { startMailServer } from '../test/mail-server';
import { classifySmtpError } from './smtp-error';
import { createTransport, MAX_CONNECTIONS, UnknownAcceptance, type Transport } from './transport';

const MESSAGE = { from: 'us@example.com', to: 'jenny@example.com', subject: 'Hello', text: 'Hi' };
const SHORT = { beforeDot: 400, afterDot: 1_500 };

const outcomeOf = (transport: Transport, message: object = MESSAGE) =>
  transport.sendMail({ ...MESSAGE, ...message }).then(
    () => 'taken' as const,
    (error: unknown) => (error instanceof UnknownAcceptance ? 'unknown' : classifySmtpError(error)),
  );

type MailServer = Awaited<ReturnType<typeof startMailServer>>;

async function withServer(test: (mail: MailServer, transport: Transport) => Promise<void>): Promise<void> {
  const mail = await startMailServer();
  const transport = createTransport(mail.url, undefined, SHORT);
  try {
    await test(mail, transport);
  } finally {
    transport.close();
    await mail.close();
  }
}

describe('a message', () => {
  it('that the server takes late, long after the time it has before the dot, goes once', () =>
    withServer(async (mail, transport) => {
      mail.trouble({ at: 'late', ms: 1_000 });
      expect(await outcomeOf(transport)).toBe('taken');
      expect(mail.mails).toHaveLength(1);
    }));

  it('may have been taken when the connection ends or the time is over after the dot', () =>
    withServer(async (mail, transport) => {
      mail.trouble({ at: 'cut_after_data' });
      expect(await outcomeOf(transport)).toBe('unknown');
      mail.trouble({ at: 'late', ms: 3_000 });
      expect(await outcomeOf(transport)).toBe('unknown');
      expect(await outcomeOf(transport)).toBe('taken');
      expect(mail.mails).toHaveLength(3);
    }));

  it.each([421, 451, 554])('is not taken when the server says so after the dot with %i', (code) =>
    withServer(async (mail, transport) => {
      mail.trouble({ at: 'data', code, message: 'Not this one' });
      expect(await outcomeOf(transport)).toMatchObject({ code: String(code) });
    }),
  );

  it('is not taken when the server is silent before the dot', () =>
    withServer(async (mail, transport) => {
      mail.trouble({ at: 'silent_at_rcpt' });
      expect(await outcomeOf(transport)).toMatchObject({ cause: 'temporary' });
    }));

  it.each(['destroy', 'pause'] as const)('is not taken when the server %ss its end in the midst of it', async (act) => {
    const server = await startScripted({ DATA: (socket) => socket.write('354 go on\r\n', () => socket[act]()) });
    const transport = createTransport(server.url, undefined, SHORT);
    const text = 'More than the sockets between us hold. '.repeat(500_000);
    expect(await outcomeOf(transport, { text })).toMatchObject({ cause: 'temporary' });
    transport.close();
    await server.close();
  });

  it('is not kept waiting for ever by connections that hang between messages', async () => {
    const server = await startScripted({
      RCPT: (socket) => socket.write('550 5.1.1 User unknown\r\n'),
      RSET: () => undefined,
    });
    const transport = createTransport(server.url, undefined, SHORT);
    for (let n = 0; n < MAX_CONNECTIONS; n++) expect(await outcomeOf(transport)).toMatchObject({ status: '5.1.1' });
    expect(await outcomeOf(transport)).toMatchObject({ cause: 'temporary' });
    expect(await outcomeOf(transport)).toMatchObject({ status: '5.1.1' });
    transport.close();
    await server.close();
  });

  it('that is cut off is unknown after the dot, not taken before, and so is whatever comes after', () =>
    withServer(async (mail, transport) => {
      mail.trouble({ at: 'late', ms: 1_000 });
      const arrived = mail.nextMail();
      const whole = outcomeOf(transport);
      await arrived;
      mail.trouble({ at: 'silent_at_rcpt' });
      const begun = outcomeOf(transport);
      await new Promise((resolve) => setTimeout(resolve, 100));
      transport.cut();
      expect(await whole).toBe('unknown');
      expect(await begun).toMatchObject({ cause: 'temporary' });
      expect(await outcomeOf(transport)).toMatchObject({ cause: 'temporary' });
      expect(mail.mails).toHaveLength(1);
    }));

  it('goes over another connection when its own was closed in between', () =>
    withServer(async (mail, transport) => {
      expect(await outcomeOf(transport)).toBe('taken');
      mail.hangUp();
      expect(await outcomeOf(transport)).toBe('taken');
      expect(mail.mails).toHaveLength(2);
    }));
});

/** A server that takes every command, but for what it does of its own. */
async function startScripted(acts: Partial<Record<string, (socket: Socket) => unknown>>) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).write('220 scripted\r\n');
    socket.on('data', (chunk: Buffer) => {
      const act = acts[chunk.toString('latin1').slice(0, 4)];
      if (act) act(socket);
      else socket.write('250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: closing(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }),
  };
}
