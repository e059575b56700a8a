/** The name server of the tests: a zone over UDP on loopback, and what goes wrong with name servers. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { closing } from './leftovers';

export interface Name {
  TXT?: string[];
  /** In the order of preference. */
  MX?: string[];
  A?: string[];
  AAAA?: string[];
}
/** By name; what isn't in it does not exist. `silent` never answers. */
export type Zone = Record<string, Name | 'servfail' | 'silent'>;

const TYPES: Readonly<Record<number, keyof Name>> = { 1: 'A', 15: 'MX', 16: 'TXT', 28: 'AAAA' };
const RCODES = { good: 0, servfail: 2, nxdomain: 3 };

/** `zone` may be changed while it runs. */
export async function startDnsServer(zone: Zone) {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => answer(query, from));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));

  function answer(query: Buffer, from: RemoteInfo): void {
    const { name, type, end } = readQuestion(query);
    asked.push(`${type ?? '?'} ${name}`);
    const known = zone[name];
    if (known === 'silent') return;
    const records =
      typeof known === 'object' && type ? (known[type] ?? []).map((value, at) => encode(type, value, at)) : [];
    const rcode = known === 'servfail' ? RCODES.servfail : known ? RCODES.good : RCODES.nxdomain;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | rcode, 2);
    header.writeUInt16BE(records.length, 6);
    header.fill(0, 8);
    const question = query.subarray(12, end);
    const answers = records.map((data) => {
      // The name is the question's, by a pointer; a TTL of none.
      const head = Buffer.from([0xc0, 12, ...query.subarray(end - 4, end), 0, 0, 0, 0, 0, 0]);
      head.writeUInt16BE(data.length, 10);
      return Buffer.concat([head, data]);
    });
    socket.send(Buffer.concat([header, question, ...answers]), from.port, from.address);
  }

  return {
    address: `127.0.0.1:${socket.address().port}`,
    zone,
    /** Every question, as `TXT example.com`. */
    asked,
    close: closing(() => new Promise<void>((resolve) => socket.close(() => resolve()))),
  };
}

/** `end` is where the question ends. */
function readQuestion(query: Buffer): { name: string; type: keyof Name | undefined; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: TYPES[query.readUInt16BE(at + 1)], end: at + 5 };
}

function encode(type: keyof Name, value: string, at: number): Buffer {
  switch (type) {
    case 'A':
      return Buffer.from(value.split('.').map(Number));
    case 'AAAA':
      return Buffer.from(value.split(':').flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
    case 'MX':
      return Buffer.concat([Buffer.from([0, 10 * at]), encodeName(value)]);
    case 'TXT': {
      const parts = value.match(/.{1,255}/gs) ?? [''];
      return Buffer.concat(parts.flatMap((part) => [Buffer.from([Buffer.byteLength(part)]), Buffer.from(part)]));
    }
  }
}

const encodeName = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter(Boolean)
      .flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]),
    Buffer.from([0]),
  ]);
