/**
 * The load generator: a process of its own with raw sockets and requests made beforehand, so that it costs little beside
 * the server it measures. Prints one line of JSON. Arguments: port, requests, concurrency, secret, account, key.
 */
import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { median, quantile } from '../quantile';
import { eventBody } from './event-body';

const [port, requests, concurrency, secret, account, key] = process.argv.slice(2);
const total = Number(requests);

const bodies = Array.from({ length: total }, (_, i) => request(eventBody(`${key}_${i}`, account ?? '', i)));

function request(body: string): Buffer {
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret ?? '')
    .update(`${time}.${body}`)
    .digest('hex');
  return Buffer.from(
    `POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `Stripe-Signature: t=${time},v1=${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

async function main(): Promise<void> {
  const cpu = process.cpuUsage();
  const started = process.hrtime.bigint();
  const latencies: number[] = [];
  let next = 0;
  let refused = 0;
  await Promise.all(
    Array.from({ length: Number(concurrency) }, async () => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.setNoDelay(true);
      for (let i = next++; i < total; i = next++) {
        const sent = process.hrtime.bigint();
        const status = await exchange(socket, bodies[i] as Buffer);
        if (status !== 200) refused++;
        latencies.push(Number(process.hrtime.bigint() - sent) / 1e6);
      }
      socket.destroy();
    }),
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const used = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      perSecond: total / seconds,
      p50: median(latencies),
      p99: quantile(latencies, 0.99),
      refused,
      generatorCpu: (used.user + used.system) / 1e6 / seconds,
    }),
  );
}

/** Answers are small: one chunk each, told apart by the status line. */
function exchange(socket: Socket, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = '';
    const onData = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (end < 0 || head.length < end + 4 + length) return;
      socket.off('data', onData);
      resolve(Number(head.slice(9, 12)));
    };
    socket.on('data', onData);
    socket.once('error', reject);
    socket.write(bytes, () => socket.off('error', reject));
  });
}

void main();
