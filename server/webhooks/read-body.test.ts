import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { BodyFault, createBodyReader } from './read-body';

/** A server that answers with the length of the body, or with what was wrong with it. */
async function start(maxUnfinished: number) {
  const readBody = createBodyReader({ maxUnfinished });
  const server = createServer((req, res) => {
    readBody(req).then(
      (body) => res.end(`${body.length} read`),
      (error: unknown) => res.end(error instanceof BodyFault ? error.kind : 'unknown fault'),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    /** Announces a body and sends it bit by bit. */
    async begin(length: number) {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write(
        `POST / HTTP/1.1\r\nHost: tillpost.example\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`,
      );
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      const answered = once(socket, 'close').then(() => answer.split('\r\n').find((line) => / read|_/.test(line)));
      await once(server, 'request');
      return { send: (bytes: number) => socket.write('x'.repeat(bytes)), answered };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

it('lets who has taken longest go first when unfinished bodies take up too much together', async () => {
  const server = await start(1_000);
  const slow = await server.begin(900);
  slow.send(600);
  const quick = await server.begin(500);
  quick.send(450);
  expect(await slow.answered).toBe('crowded_out');
  quick.send(50);
  expect(await quick.answered).toBe('500 read');
  const next = await server.begin(900);
  next.send(900);
  expect(await next.answered).toBe('900 read');
  server.close();
});

it('counts finished bodies no longer', async () => {
  const server = await start(1_000);
  for (let n = 0; n < 5; n++) {
    const body = await server.begin(800);
    body.send(800);
    expect(await body.answered).toBe('800 read');
  }
  server.close();
});
