/** A mail server that takes every message and answers none of them until it is told to. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export type HoldingMailServer = Awaited<ReturnType<typeof startHoldingMailServer>>;

export async function startHoldingMailServer() {
  const held = new Set<Socket>();
  const sockets = new Set<Socket>();
  let messages = 0;
  let isHolding = true;
  const server = createServer((socket) => {
    let isMessage = false;
    sockets.add(socket.on('error', () => undefined));
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 at your service');
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (isMessage) {
        if (!text.endsWith('\r\n.\r\n')) return;
        isMessage = false;
        messages++;
        if (isHolding) held.add(socket);
        else say('250 taken');
        server.emit('message');
      } else if (/^data/i.test(text)) {
        isMessage = true;
        say('354 go on');
      } else say('250 ok');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many messages came whole. */
    messages: () => messages,
    /** Resolves when the next message has come. */
    nextMessage: () => once(server, 'message'),
    /** Answers what waits, and from now on everything at once. */
    answer() {
      isHolding = false;
      for (const socket of held) socket.write('250 taken\r\n');
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
