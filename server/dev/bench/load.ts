/**
 * The load generator: a process of its own with raw sockets and requests made beforehand, so that it costs little beside
 * the server it measures. Prints a line when they are made, waits for one, sends, and prints one line of JSON. Argument: a
 * `Load` as JSON, with all its fields but perhaps `perSecond`, and `secret`.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { signStripe } from '../local-stripe/signature';
import { median, quantile } from '../quantile';
import { eventBody } from './event-body';
import type { Load, LoadResult } from './processes';

const { port, requests, connections, key, kind, accounts, secret, perSecond } = JSON.parse(
  process.argv[2] ?? '',
) as Required<Omit<Load, 'perSecond'>> & { secret: string; perSecond?: number };

const latencies: number[] = [];
let refused = 0;

async function main(): Promise<void> {
  const bodies = Array.from({ length: requests }, (_, i) =>
    request(eventBody(kind, `${key}_${i}`, accounts[i % accounts.length] ?? '', i)),
  );
  console.log('{}');
  await once(process.stdin, 'data');
  const cpu = process.cpuUsage();
  const started = performance.now();
  await (perSecond ? sendAtRate(bodies, perSecond) : sendOneAfterAnother(bodies));
  const seconds = (performance.now() - started) / 1e3;
  const used = process.cpuUsage(cpu);
  const result: LoadResult = {
    perSecond: requests / seconds,
    p50: median(latencies),
    p99: quantile(latencies, 0.99),
    refused,
    generatorCpu: (used.user + used.system) / 1e6 / seconds,
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}

function request(body: string): Buffer {
  return Buffer.from(
    `POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `Stripe-Signature: ${signStripe(body, secret, Date.now())}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function open(): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  return socket;
}

/** A closed loop: each connection sends when its last request was answered. */
async function sendOneAfterAnother(bodies: readonly Buffer[]): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = open();
      for (let i = next++; i < bodies.length; i = next++) await send(socket, bodies[i] as Buffer);
    }),
  );
}

/**
 * An open loop: a slow answer delays no other request; there are as many connections as that takes, each opened when it is
 * needed: one that says nothing for 15 s is refused.
 */
async function sendAtRate(bodies: readonly Buffer[], rate: number): Promise<void> {
  const free: Socket[] = [];
  const started = performance.now();
  const sent: Promise<unknown>[] = [];
  for (const [i, body] of bodies.entries()) {
    const early = started + (i / rate) * 1e3 - performance.now();
    if (early > 0) await wait(early);
    const socket = free.pop() ?? open();
    sent.push(send(socket, body).then(() => free.push(socket)));
  }
  await Promise.all(sent);
}

async function send(socket: Socket, body: Buffer): Promise<void> {
  const sentAt = performance.now();
  if ((await exchange(socket, body)) !== 200) refused++;
  latencies.push(performance.now() - sentAt);
}

/** Answers are small: told apart by their length. */
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
