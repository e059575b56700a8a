/** Stripe's client and its errors. The only place that creates clients. */
import Stripe from 'stripe';
import { isLoopback } from './config';

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

/** The permission that a 403 says is missing, such as `customer_read`; undefined when it doesn't say. */
export const missingPermission = (error: unknown): string | undefined =>
  error instanceof Stripe.errors.StripeError ? /'rak_(\w+)'/.exec(error.message)?.[1] : undefined;

/** Undefined for errors that aren't of Stripe's client. https://docs.stripe.com/error-handling */
export function classifyStripeError(error: unknown): StripeFailure | undefined {
  if (!(error instanceof Stripe.errors.StripeError)) return undefined;
  if (error.statusCode === 404 || error.code === 'resource_missing') return 'gone';
  if (error.statusCode === 401) return 'dead_credentials';
  if (error.statusCode === 403) return 'forbidden';
  if (error.statusCode === 429) return 'rate_limited';
  return 'unavailable';
}

/** Stripe would do it for this key, but not as it was asked. */
export const isBadRequest = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && (error.statusCode === 400 || error.statusCode === 404);

export const isStripeHost = (hostname: string): boolean => /(?:^|\.)stripe\.com$/.test(hostname);

/** Whether a person may be sent there: https at Stripe, or a page of the local Stripe where that is our Stripe. */
export function isStripePage(url: unknown, apiBase: string): url is string {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, hostname, port, origin, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  const base = new URL(apiBase);
  if (isLoopback(base.hostname) && origin === base.origin) return true;
  return protocol === 'https:' && port === '' && isStripeHost(hostname);
}
