/** Senders that go away in the middle of a body. */
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { startTillpost } from './harness';

const ANSWERED = /^tillpost_webhooks_total\{answer="(\w+)"\} 1$/m;

it('refuses a body that breaks off, and does not report it as an event that could not be stored', async () => {
  const lines = new PassThrough();
  const tillpost = await startTillpost({ overrides: { log: pino(lines) } });
  const sender = connect(tillpost.port, '127.0.0.1');
  sender.write('POST /webhooks/stripe HTTP/1.1\r\nHost: tillpost.example\r\nContent-Length: 100\r\n\r\n{"half":', () =>
    sender.resetAndDestroy(),
  );
  let answer: string | undefined;
  while (!answer) answer = ANSWERED.exec(await (await fetch(`${tillpost.url}/metrics`)).text())?.[1];
  expect(answer).toBe('invalid_request');
  expect(lines.read()).toBeNull();
  await tillpost.close();
});
