/** One request to Loops, and what an answer of it means: the same whatever was asked. */
import { FORWARD_OUTCOMES as OUTCOMES } from '../../shared/words/forwarding';
import { cleanText } from '../clean-text';
import type { Answer, AskedRequest, Step, Verdict } from './destination';

export const NAME = 'Loops';
/** Of its words in the log. */
const WORDS_LENGTH = 300;
/** Its limit is by the second. */
const TOO_MANY_MS = 1_000;

type Next = (body: unknown, answer: Answer) => Step | Verdict;
/** What answers other than a success lead to, by status. */
export type Others = Partial<Record<number, Next>>;

/** One request; what an answer means that is neither a success nor one of `others`, is the same everywhere. */
export function ask(request: AskedRequest, next: Next, others: Others = {}): Step {
  return {
    request,
    next(answer) {
      const { status } = answer;
      const other = others[status];
      if (other) return other(readBody(answer), answer);
      if (status < 200 || status >= 300) return explain(answer);
      const body = readBody(answer);
      return body === undefined
        ? { kind: 'later', outcome: OUTCOMES.unread(NAME), mayHaveArrived: true }
        : next(body, answer);
    },
  };
}

/** https://loops.so/docs/api-reference/intro#rate-limiting: 429 says no more than that. */
function explain(answer: Answer): Verdict {
  const { status, headers } = answer;
  if (status === 401 || status === 403) return { kind: 'key_refused', outcome: OUTCOMES.keyRefused(NAME) };
  const seconds = Number(headers['retry-after'] ?? NaN);
  const afterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
  if (status === 429)
    return { kind: 'later', outcome: OUTCOMES.tooMany(NAME), afterMs: afterMs ?? TOO_MANY_MS, mayHaveArrived: false };
  if (status >= 400 && status < 500 && status !== 408)
    return { kind: 'refused', outcome: OUTCOMES.refused(NAME, status, wordsOf(answer)) };
  const outcome = OUTCOMES.unavailable(NAME, status);
  return { kind: 'later', outcome, mayHaveArrived: true, ...(afterMs === undefined ? {} : { afterMs }) };
}

function readBody({ text }: Answer): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A text in an answer's body. */
export function textOf(body: unknown, name: string): string | undefined {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** `{success: false, message}`, `{error: "…"}` or `{error: {message}}`. */
function wordsOf(answer: Answer): string {
  const body = readBody(answer);
  const nested = typeof body === 'object' && body !== null ? (body as { error?: unknown }).error : undefined;
  const words = textOf(body, 'message') ?? textOf(body, 'error') ?? textOf(nested, 'message') ?? '';
  return cleanText(words).replace(/\s+/g, ' ').trim().slice(0, WORDS_LENGTH);
}
