/** Questions to DNS. What can't be asked is an answer as well: never an error. */
import { Resolver } from 'node:dns/promises';
import { setTimeout as wait } from 'node:timers/promises';

export type Answer<T> =
  | { kind: 'found'; records: T[] }
  /** There is no such name, or none of this type. */
  | { kind: 'none' }
  /** No server said, or it failed to; `why` is for people. */
  | { kind: 'unasked'; why: string };

interface Exchange {
  /** Empty: this domain takes no mail (RFC 7505). */
  exchange: string;
  priority: number;
}

export interface Dns {
  /** Each record's parts joined. */
  txt(name: string): Promise<Answer<string>>;
  mx(name: string): Promise<Answer<Exchange>>;
  addresses(name: string, family: 4 | 6): Promise<Answer<string>>;
}

const TIMEOUT_MS = 3_000;

/** `servers` as `127.0.0.1:53`; without them, those of this machine. */
export function createDns(servers?: readonly string[]): Dns {
  // Two tries, the second one twice as long.
  const resolver = new Resolver({ timeout: TIMEOUT_MS / 3, tries: 2 });
  if (servers) resolver.setServers(servers);
  return {
    txt: (name) => answered(async () => (await resolver.resolveTxt(name)).map((parts) => parts.join(''))),
    mx: (name) => answered(() => resolver.resolveMx(name)),
    addresses: (name, family) => answered(() => (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))),
  };
}

/** Each question is asked once: what several checks want to know, and what loops. */
export function rememberAnswers({ txt, mx, addresses }: Dns): Dns {
  const known = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const answer = (known.get(key) as Promise<T> | undefined) ?? ask();
    known.set(key, answer);
    return answer;
  };
  return {
    txt: (name) => once(`txt ${name.toLowerCase()}`, () => txt(name)),
    mx: (name) => once(`mx ${name.toLowerCase()}`, () => mx(name)),
    addresses: (name, family) => once(`${family} ${name.toLowerCase()}`, () => addresses(name, family)),
  };
}

/** Of both families; unasked only where neither was found. */
export async function findAddresses(dns: Dns, name: string): Promise<Answer<string>> {
  const answers = await Promise.all([dns.addresses(name, 4), dns.addresses(name, 6)]);
  const records = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  if (records.length > 0) return { kind: 'found', records };
  return answers.find(({ kind }) => kind === 'unasked') ?? { kind: 'none' };
}

const NONE = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME', 'EBADQUERY']);
const WHYS: Readonly<Record<string, string>> = {
  ETIMEOUT: `no answer within ${TIMEOUT_MS / 1000} s`,
  ESERVFAIL: 'its name server failed (SERVFAIL)',
  EREFUSED: 'the name server refused to say',
  ECONNREFUSED: 'no name server can be reached',
};

async function answered<T>(ask: () => Promise<T[]>): Promise<Answer<T>> {
  const over = new AbortController();
  // With several servers each has its own time.
  const late = wait(TIMEOUT_MS, undefined, { signal: over.signal, ref: false }).then(() => {
    throw Object.assign(new Error('late'), { code: 'ETIMEOUT' });
  });
  try {
    const records = await Promise.race([ask(), late]);
    return records.length > 0 ? { kind: 'found', records } : { kind: 'none' };
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    return NONE.has(code) ? { kind: 'none' } : { kind: 'unasked', why: WHYS[code] ?? code };
  } finally {
    over.abort();
  }
}
