/**
 * One request to an endpoint. Its name is resolved here and the connection goes to the address that was checked, so that a
 * name which means something else a moment later leads nowhere. No proxy, no redirect, a bounded answer.
 */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { DELIVERY_WORDS } from '../../shared/words/webhooks';
import { cleanText } from '../clean-text';
import { isLoopback } from '../config';
import { findAddresses, type Dns } from '../deliverability/dns';
import { redact } from '../log';
import { hostOf } from './endpoint-url';
import { isLoopbackAddress, isPublicAddress } from './public-address';

export interface Answer {
  /** Null: there was none. */
  status: number | null;
  isTaken: boolean;
  /** What came of it, in a sentence. */
  outcome: string;
  /** The beginning of what it said, cleaned. */
  said: string | null;
  /** How long it asks to be left alone, as it says it. */
  retryAfter: string | undefined;
}

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

interface PostOptions {
  /** Whether this machine itself may be called. */
  allowsLoopback: boolean;
  dns: Dns;
  timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 10_000;
const MOST_READ = 4_000;
const MOST_KEPT = 500;

/** Own ones: Node's may take proxies from the environment. */
const AGENTS = { 'http:': new HttpAgent({ keepAlive: false }), 'https:': new HttpsAgent({ keepAlive: false }) };

class NotPublic extends Error {}
class UnknownHost extends Error {}

/** Never throws: what goes wrong is an answer as well. */
export async function post({ url: text, headers, body }: Post, options: PostOptions): Promise<Answer> {
  const url = new URL(text);
  const isAllowed = (address: string) =>
    isPublicAddress(address) || (options.allowsLoopback && isLoopbackAddress(address));
  try {
    // Of an address there is nothing to look up.
    if (isIP(hostOf(url)) && !isAllowed(hostOf(url))) throw new NotPublic();
    const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    return await answerOf(url, { headers, body, signal, lookup: checkedLookup(options.dns, isAllowed) });
  } catch (error) {
    return { status: null, isTaken: false, outcome: outcomeOf(error), said: null, retryAfter: undefined };
  }
}

/**
 * Gives a connection only the addresses that are allowed. Not the system's own lookup: a name server that doesn't answer would
 * hold up a thread of the pool that all files share.
 */
function checkedLookup(dns: Dns, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    void addressesOf(dns, hostname).then((found) => {
      const allowed = found.filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (!first) return done(found.length > 0 ? new NotPublic() : new UnknownHost(), []);
      if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

async function addressesOf(dns: Dns, hostname: string): Promise<{ address: string; family: number }[]> {
  const answer = isLoopback(hostname) ? LOCALHOST : await findAddresses(dns, hostname);
  return answer.kind === 'found' ? answer.records.map((address) => ({ address, family: isIP(address) })) : [];
}

const LOCALHOST = { kind: 'found', records: ['127.0.0.1', '::1'] } as const;

interface Sending {
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
  lookup: LookupFunction;
}

function answerOf(url: URL, { headers, body, signal, lookup: look }: Sending): Promise<Answer> {
  const isHttps = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isHttps ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: AGENTS[isHttps ? 'https:' : 'http:'],
      lookup: look,
      signal,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    });
    request.on('error', reject);
    let isAnswered = false;
    // Such as 101: there is neither a response nor an error.
    request.on('close', () => isAnswered || reject(new Error('closed without an answer')));
    request.on('response', (response) => {
      isAnswered = true;
      readBeginning(response).then((said) => resolve(readAnswer(response, said)), reject);
    });
    request.end(body);
  });
}

/** Of what comes; the rest is not read. One that breaks off, or doesn't end in time, was not taken for sure. */
function readBeginning(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = () => {
      response.destroy();
      resolve(Buffer.concat(chunks));
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MOST_READ) end();
    });
    response.on('end', end);
    response.on('error', reject);
    response.on('close', () => reject(new Error('broke off')));
  });
}

/** What asks for time: it has too much to do, or is away for a while. */
const BUSY = [429, 503];

function readAnswer({ statusCode: status = 0, headers }: IncomingMessage, body: Buffer): Answer {
  const isTaken = status >= 200 && status < 300;
  const { answered, redirected } = DELIVERY_WORDS;
  const outcome = status >= 300 && status < 400 ? redirected(status) : answered(status);
  const retryAfter = BUSY.includes(status) ? headers['retry-after'] : undefined;
  return { status, isTaken, outcome, said: beginningOf(body), retryAfter };
}

/** As text of at most MOST_KEPT bytes, without control characters and what looks like a secret; null for none. */
function beginningOf(body: Buffer): string | null {
  const text = redact(cleanText(body.subarray(0, MOST_READ).toString('utf8')).replace(/[^\P{Cc}\n\t]/gu, '')).trim();
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_KEPT) return text || null;
  // A character that was cut through becomes U+FFFD, which is longer.
  return bytes
    .subarray(0, MOST_KEPT)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|ERR_TLS/;

function outcomeOf(error: unknown): string {
  if (error instanceof NotPublic) return DELIVERY_WORDS.refused;
  if (error instanceof UnknownHost) return DELIVERY_WORDS.unknownHost;
  const { name, code = '' } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') return DELIVERY_WORDS.timedOut;
  return CERTIFICATE.test(code) ? DELIVERY_WORDS.badCertificate : DELIVERY_WORDS.noConnection;
}
