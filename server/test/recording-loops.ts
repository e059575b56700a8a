/**
 * A server in the place of Loops that answers what the test says, and remembers what it was asked: for answers that a Tillpost in
 * its place wouldn't give. Its answers to what isn't said are those of Loops' documentation for a contact that is not there yet.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closing } from './leftovers';

export interface Asked {
  method: string;
  path: string;
  body: unknown;
  key: string;
  idempotencyKey: string | undefined;
}

export interface Said {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export type RecordingLoops = Awaited<ReturnType<typeof startRecordingLoops>>;

/** `answers`: what is answered to some, whenever they are asked. */
export async function startRecordingLoops(answers: (asked: Asked) => Said | undefined = () => undefined) {
  const asked: Asked[] = [];
  const said: Said[] = [];
  let always: Said | undefined;
  let before: ((asked: Asked) => Promise<void>) | undefined;
  const server = createServer((req, res) => {
    void readAll(req).then(async (text) => {
      const one: Asked = {
        method: req.method ?? '',
        path: (req.url ?? '').replace(/^\/api/, ''),
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
        key: (req.headers.authorization ?? '').replace(/^Bearer /, ''),
        idempotencyKey: req.headers['idempotency-key'] as string | undefined,
      };
      asked.push(one);
      await before?.(one);
      const { status, body = usual(one), headers = {} } = said.shift() ?? always ?? answers(one) ?? { status: 200 };
      const json = typeof body === 'string' ? body : JSON.stringify(body);
      res.writeHead(status, { 'content-type': 'application/json', ...ROOM, ...headers }).end(json);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = closing(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    asked,
    /** What was asked since the last time. */
    take: (): Asked[] => asked.splice(0),
    /** Answers to the next requests, in their order. */
    answer: (...answers: Said[]) => void said.push(...answers),
    /** The answer to all others; undefined: as usual. */
    answerAll: (answer: Said | undefined) => void (always = answer),
    /** Is done before the answer. */
    before: (work: (asked: Asked) => Promise<void>) => void (before = work),
    close,
  };
}

/** More than Loops takes, so that tests are quick. */
const ROOM = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '999' };

async function readAll(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function usual({ method, path }: Asked): unknown {
  if (path === '/v1/api-key') return { success: true, teamName: 'Rocket Rides' };
  if (method === 'GET') return [];
  if (path === '/v1/contacts/delete') return { success: true, message: 'Contact deleted.' };
  return path.startsWith('/v1/contacts/') && !path.endsWith('/properties')
    ? { success: true, id: 'cll_1' }
    : { success: true };
}

/** As Loops says that a second has had its ten requests. */
export const TOO_MANY: Said = {
  status: 429,
  body: { success: false, message: 'Too many requests' },
  headers: { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0' },
};
