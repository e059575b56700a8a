/** A stand-in for the backend at the wire: answers fetch by route, and keeps what was asked. */
import type { ExtensionApi } from '../../shared/api';

type Route = keyof ExtensionApi;
type Asked = { route: Route; body: Record<string, unknown>; signature: string | null };
type Reply<R extends Route> = ExtensionApi[R]['answer'] | ((body: ExtensionApi[R]['args']) => unknown);
export type Replies = { [R in Route]?: Reply<R> };

export const API_BASE = 'https://tillpost.example.com/api/app/';

/** Thrown by a reply: what the backend refuses with. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message = 'A sentence from the backend.',
    readonly param?: string,
  ) {
    super(message);
  }
}

export interface StubBackend {
  asked: Asked[];
  /** Replaces replies from now on. */
  reply: (replies: Replies) => void;
  /** The bodies that one route was asked with. */
  askedFor: (route: Route) => Record<string, unknown>[];
}

export function stubBackend(first: Replies): StubBackend {
  let replies = first;
  const asked: Asked[] = [];
  signRequests(() => Promise.resolve('t=1,v1=signed'));
  globalThis.fetch = ((url: string, init: RequestInit & { body: string }) => {
    const route = url.slice(API_BASE.length) as Route;
    const body = JSON.parse(init.body) as Record<string, unknown>;
    asked.push({ route, body, signature: new Headers(init.headers).get('stripe-signature') });
    return Promise.resolve(answer(replies[route] as Reply<Route> | undefined, body));
  }) as typeof fetch;
  return {
    asked,
    reply: (more) => {
      replies = { ...replies, ...more };
    },
    askedFor: (route) => asked.filter((one) => one.route === route).map((one) => one.body),
  };
}

/** A backend that doesn't answer while the test runs. */
export function stubSilence(): void {
  stubBackend({});
  globalThis.fetch = () => new Promise((_, reject) => unanswered.push(reject));
}
const unanswered: ((reason: Error) => void)[] = [];
afterEach(() => {
  globalThis.fetch = () => Promise.reject(new Error('The test is over.'));
  for (const reject of unanswered.splice(0)) reject(new Error('The test is over.'));
});

/** What the Dashboard offers a view: here only the signature. */
export function signRequests(fetchStripeSignature: () => Promise<string>): void {
  const call = { fetchStripeSignature, supportsFetchAppEmbeddedKey: () => Promise.resolve(false) };
  (globalThis as { __StripeExtExports?: unknown }).__StripeExtExports = { endpoint: { call } };
}

function answer(reply: Reply<Route> | undefined, body: Record<string, unknown>): Response {
  try {
    const value = typeof reply === 'function' ? reply(body) : reply;
    if (value === undefined) throw new Refusal(404, 'not_found');
    return Response.json(value);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const { status, code, message, param } = refusal;
    return Response.json({ error: { code, message, param } }, { status });
  }
}
