/** Stripe's signatures, of webhooks, of the extension's requests and of install links alike. */
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { createCache } from './cache';

const TOLERANCE_S = 300;
const SIGNATURE = /^v1=([0-9a-f]{64})$/;

/**
 * Whether any of the secrets signed this payload within 300 s of now, before or after. `payload` is the body exactly as
 * it came, `header` Stripe-Signature (`t=<epoch seconds>,v1=<hex>`, `v1` several times while a secret rotates), `now` epoch
 * milliseconds. Never throws. Our own because Stripe's verifier makes an error with its stack for each secret that doesn't
 * match, which costs several times the HMAC; and it accepts any time ahead.
 * https://docs.stripe.com/webhooks#verify-manually
 */
export function isSignedBy(secrets: readonly string[], payload: string, header: string, now: number): boolean {
  const parts = header.split(',').map((part) => part.trim());
  const time = Number(parts.findLast((part) => part.startsWith('t='))?.slice(2));
  if (!Number.isInteger(time) || !isNear(time, now)) return false;
  const signatures = parts.flatMap((part) => {
    const hex = SIGNATURE.exec(part)?.[1];
    return hex === undefined ? [] : Buffer.from(hex, 'hex');
  });
  if (signatures.length === 0) return false;
  return secrets.some((secret) => {
    const expected = createHmac(
      'sha256',
      keys.remember(secret, () => createSecretKey(secret, 'utf8')),
    )
      .update(`${time}.`)
      .update(payload, 'utf8')
      .digest();
    return signatures.some((signature) => timingSafeEqual(signature, expected));
  });
}

/** Made once: most of the cost of a hash of so little. */
const keys = createCache<string, KeyObject>(1_000);

const isNear = (seconds: number, now: number): boolean =>
  seconds <= now / 1000 + TOLERANCE_S && Math.floor(now / 1000) - seconds <= TOLERANCE_S;
