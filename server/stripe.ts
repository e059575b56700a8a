/** Stripe's client, its errors and its signatures. The only place that creates clients. */
import Stripe from 'stripe';

/** Of our requests and of the webhook endpoints we create. Stripe's objects are read in older versions' shapes too. */
export const STRIPE_API_VERSION = Stripe.API_VERSION;
/** A request that takes longer is given up; its job is retried later. */
const LOOKUP_TIMEOUT_MS = 5_000;

export type StripeClient = Stripe;

/** A client in our API version that doesn't retry: jobs do. `apiBase` is STRIPE_API_BASE: protocol, host and port. */
export function createStripe(apiKey: string, apiBase: string): Stripe {
  const base = new URL(apiBase);
  const protocol = base.protocol === 'http:' ? 'http' : 'https';
  return new Stripe(apiKey, {
    apiVersion: STRIPE_API_VERSION,
    host: base.hostname.replace(/^\[|\]$/g, ''),
    port: Number(base.port) || (protocol === 'http' ? 80 : 443),
    protocol,
    timeout: LOOKUP_TIMEOUT_MS,
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'Tillpost' },
  });
}

/** Why a request failed: `gone` is final, `dead_credentials` needs reconnecting, `forbidden` a permission; the rest a retry. */
export type StripeFailure = 'gone' | 'dead_credentials' | 'forbidden' | 'rate_limited' | 'unavailable';

/** Undefined for errors that aren't of Stripe's client. https://docs.stripe.com/error-handling */
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
 * Whether any of the secrets signed this payload within 300 s of now, before or after (Stripe's own check accepts times
 * in the future). `payload` is the body exactly as it came, `header` Stripe-Signature, `now` epoch milliseconds. No
 * header makes it throw: Stripe's verifier would at a part that is no signature, so it gets only those that can be one.
 * https://docs.stripe.com/webhooks#verify-manually
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
