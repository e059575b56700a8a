/** Senders who want to take up sockets, memory and time, beside the honest ones: none of them may get far. */
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { signStripe } from '../local-stripe/signature';
import { quantile } from '../quantile';
import type { Happening } from './happenings';
import type { Toll, Trouble } from './troubles';

const CALM_MS = 2_500;
const HOSTILE_MS = 5_000;
const LOOK_EVERY_MS = 200;
/** Just what the receiver takes. */
const LARGE_BYTES = 1_000_000;

/** Of each kind, in all. */
const SOCKETS = { reader: 20, headers: 90, body: 90, silent: 90, flood: 4 };
const LARGE_HAPPENINGS = 12;

/** How much longer an honest delivery may take, by p95, and how much memory a process may take up meanwhile. */
const SLOWER = { times: 3, ms: 250 };
const MORE_MB = 250;

export const hostileSenders: Trouble = async (stage, toll) => {
  const { processes, deliveries } = stage;
  deliveries.takeTimes();
  await wait(CALM_MS);
  const calm = p95(deliveries.takeTimes());
  const before = processes.map((one) => one.residentMb());
  const most = [...before];

  const attacks = attack(processes.map(({ port }) => port));
  deliveries.send(Array.from({ length: LARGE_HAPPENINGS }, () => stage.happenings.next().map(enlarge)).flat());
  const endsAt = performance.now() + HOSTILE_MS;
  while (performance.now() < endsAt) {
    await wait(LOOK_EVERY_MS);
    processes.forEach((one, i) => (most[i] = Math.max(most[i] ?? 0, one.residentMb())));
  }
  for (const { end } of attacks) end();

  const hostile = p95(deliveries.takeTimes());
  const growth = Math.max(...most.map((mb, i) => mb - (before[i] ?? 0)));
  judge(toll, { calm, hostile, growth });
  return `hostile senders: p95 ${Math.round(calm)} → ${Math.round(hostile)} ms, +${Math.round(growth)} MB`;
};

function judge(toll: Toll, { calm, hostile, growth }: { calm: number; hostile: number; growth: number }): void {
  if (hostile > SLOWER.times * calm + SLOWER.ms)
    toll.violations.push({
      rule: 'hostile senders hardly slow down honest ones',
      ids: [`p95 ${Math.round(calm)} ms before, ${Math.round(hostile)} ms among them`],
    });
  if (growth > MORE_MB)
    toll.violations.push({
      rule: 'hostile senders take up little memory',
      ids: [`${Math.round(growth)} MB more than before`],
    });
}

const p95 = (times: readonly number[]): number => quantile(times, 0.95) || 0;

/** Still what it was, with a long field that nobody asked for. */
const enlarge = (happening: Happening): Happening => ({
  ...happening,
  body: JSON.stringify({ ...JSON.parse(happening.body), padding: 'x'.repeat(LARGE_BYTES - 20_000) }),
});

interface Attack {
  end(): void;
}

const POST = 'POST /webhooks/stripe HTTP/1.1\r\nHost: tillpost.example\r\nContent-Type: application/json\r\n';
const PAGES = 'GET /console/nowhere HTTP/1.1\r\nHost: tillpost.example\r\n\r\n'.repeat(5);
/** Made once: the honest senders live in the same process. */
const FORGED = forgedRequest();

/** Spread over all ports. */
function attack(ports: readonly number[]): Attack[] {
  const many = (count: number, make: (port: number) => Attack) =>
    Array.from({ length: count }, (_, i) => make(ports[i % ports.length] ?? 0));
  return [
    ...many(SOCKETS.reader, readNothing),
    ...many(SOCKETS.headers, (port) => trickle(port, POST, 'X-More: and more\r\n')),
    ...many(SOCKETS.body, (port) => trickle(port, FORGED.subarray(0, -1_000), 'x')),
    ...many(SOCKETS.silent, (port) => trickle(port, '', '')),
    ...many(SOCKETS.flood, flood),
  ];
}

/** A socket that lives until the attack ends, or until the server is tired of it. */
function open(port: number, act: (socket: Socket) => NodeJS.Timeout | undefined): Attack {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let timer: NodeJS.Timeout | undefined;
  socket.on('error', () => undefined);
  socket.on('connect', () => (timer = act(socket)));
  socket.on('close', () => clearInterval(timer));
  return {
    end() {
      clearInterval(timer);
      socket.destroy();
    },
  };
}

/** Asks for one page after the other and reads none of the answers. */
const readNothing = (port: number) =>
  open(port, (socket) => {
    socket.pause();
    return setInterval(() => socket.write(PAGES), 500);
  });

/** Never comes to an end. */
const trickle = (port: number, start: string | Buffer, bit: string) =>
  open(port, (socket) => {
    socket.resume();
    socket.write(start);
    return bit === '' ? undefined : setInterval(() => socket.write(bit), 500);
  });

/** Whole bodies with a wrong signature, one upon the other's answer. */
function flood(port: number): Attack {
  const again = (socket: Socket) => socket.write(FORGED);
  return open(port, (socket) => {
    socket.on('data', () => setTimeout(again, 100, socket));
    again(socket);
    return undefined;
  });
}

function forgedRequest(): Buffer {
  const body = JSON.stringify({ type: 'invoice.paid', padding: 'x'.repeat(LARGE_BYTES) });
  const signature = signStripe(body, 'whsec_wrong', Date.now());
  return Buffer.from(`${POST}Stripe-Signature: ${signature}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}
