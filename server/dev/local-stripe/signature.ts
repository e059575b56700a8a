import { createHmac } from 'node:crypto';

/** A `Stripe-Signature` header. Source: https://docs.stripe.com/webhooks#verify-manually. `at` is in milliseconds. */
export function signStripe(payload: string, secret: string, at: number): string {
  const timestamp = Math.floor(at / 1000);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex');
  return `t=${timestamp},v1=${signature}`;
}
