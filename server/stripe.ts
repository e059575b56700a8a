/** The only maker of Stripe clients: host, port and protocol configurable, API version pinned, no retries of its own. */
import Stripe from 'stripe';

/** Webhook endpoints we create and requests we make use this version; the readers also read older shapes. */
export const STRIPE_API_VERSION = Stripe.API_VERSION;
/** A look-up that takes longer is given up and tried again later. */
const LOOKUP_TIMEOUT_MS = 5_000;

export type StripeClient = Stripe;

export function createStripe(apiKey: string, apiBase: string): Stripe {
  const base = new URL(apiBase);
  const protocol = base.protocol === 'http:' ? 'http' : 'https';
  return new Stripe(apiKey, {
    apiVersion: STRIPE_API_VERSION as never,
    host: base.hostname.replace(/^\[|\]$/g, ''),
    port: Number(base.port) || (protocol === 'http' ? 80 : 443),
    protocol,
    timeout: LOOKUP_TIMEOUT_MS,
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'Tillpost' },
  });
}

/** Why Stripe gave no answer: `gone` is final, `dead_credentials` needs a person, the rest is worth another try. */
export type StripeFailure = 'gone' | 'dead_credentials' | 'forbidden' | 'rate_limited' | 'unavailable';

/** Undefined for errors that did not come from talking to Stripe. */
export function classifyStripeError(error: unknown): StripeFailure | undefined {
  if (!(error instanceof Stripe.errors.StripeError)) return undefined;
  if (error.statusCode === 404 || error.code === 'resource_missing') return 'gone';
  if (error.statusCode === 401) return 'dead_credentials';
  if (error.statusCode === 403) return 'forbidden';
  if (error.statusCode === 429) return 'rate_limited';
  return 'unavailable';
}

const TOLERANCE_S = 300;
const SIGNATURE = /^v1=[0-9a-f]{64}$/;

/**
 * Whether any of the secrets signed this payload within 300 s of now, before or after (Stripe's own check lets times in
 * the future pass). `payload` is the body exactly as it came; `now` in epoch milliseconds. Never throws for what a
 * sender wrote: Stripe's verifier breaks off at a part that is no signature, so it sees only those that could be one.
 */
export function isSignedBy(secrets: readonly string[], payload: string, header: string, now: number): boolean {
  const parts = header.split(',').map((part) => part.trim());
  const time = Number(parts.findLast((part) => part.startsWith('t='))?.slice(2));
  const signatures = parts.filter((part) => SIGNATURE.test(part));
  if (!Number.isInteger(time) || time > now / 1000 + TOLERANCE_S || signatures.length === 0) return false;
  const sound = [`t=${time}`, ...signatures].join(',');
  return secrets.some((secret) => {
    try {
      return Boolean(Stripe.webhooks.signature?.verifyHeader(payload, sound, secret, TOLERANCE_S, undefined, now));
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
      throw error;
    }
  });
}
