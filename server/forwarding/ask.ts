/**
 * Carries a step out, and those that follow from its answers. The only connection that forwarding opens: to the address in
 * the configuration, wherever an answer would lead it.
 */
import { FORWARD_OUTCOMES as OUTCOMES } from '../../shared/words/forwarding';
import type { Context } from '../context';
import type { Answer, AskedRequest, Destination, Step, Verdict } from './destination';
import type { RequestWindow } from './request-window';

const ANSWER_MS = 10_000;
const ANSWER_BYTES = 256 * 1024;

interface Asking {
  destination: Destination;
  key: string;
  /** Whose requests are counted together. */
  installKey: string;
  window: RequestWindow;
  /** Asked before each request: whether it is still to go. */
  isOurs(): Promise<boolean>;
}

/** Each request waits for its turn; undefined where it is not to go any more. Never throws for what the network does. */
export async function carryOut(
  { config, log }: Pick<Context, 'config' | 'log'>,
  first: Step,
  { destination, key, installKey, window, isOurs }: Asking,
): Promise<Verdict | undefined> {
  for (let step = first; ;) {
    await window.turn(installKey);
    if (!(await isOurs())) return undefined;
    let answer: Answer;
    try {
      answer = await ask(config.loopsApiBase, key, step.request);
    } catch (error) {
      log.warn({ err: error, path: step.request.path.split('?')[0] }, 'what is forwarded to could not be reached');
      return {
        kind: 'later',
        outcome: OUTCOMES.unreachable(destination.name),
        mayHaveArrived: !hasGoneNowhere(error),
      };
    }
    window.heed(installKey, answer.headers);
    const next = step.next(answer);
    if ('request' in next) {
      step = next;
      continue;
    }
    if (next.kind === 'later' && next.afterMs !== undefined) window.pause(installKey, next.afterMs);
    return next;
  }
}

/** There was no connection over which anything could have gone. */
const NO_CONNECTION = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

function hasGoneNowhere(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as { code?: string };
  return code !== undefined && NO_CONNECTION.includes(code);
}

async function ask(base: string, key: string, { method, path, body, headers }: AskedRequest): Promise<Answer> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${key}`,
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await readBounded(response) };
}

/** What is longer is cut off, and then says nothing. */
async function readBounded({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    parts.push(part as Uint8Array);
    bytes += (part as Uint8Array).length;
    if (bytes > ANSWER_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, ANSWER_BYTES).toString('utf8');
}
