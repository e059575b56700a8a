/**
 * Stripe Apps' token endpoint. Not `stripe.oauth.token()`: that posts to connect.stripe.com, which refuses the codes of
 * Apps. https://docs.stripe.com/stripe-apps/api-authentication/oauth
 */
import { z } from 'zod';
import type { Context } from '../context';

const EXCHANGE_TIMEOUT_MS = 10_000;
/** The response has no `expires_in`; Stripe documents one hour. */
export const ACCESS_TOKEN_MS = 60 * 60_000;

const responseSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  livemode: z.boolean(),
  stripe_user_id: z.string().regex(/^acct_\w+$/),
});

export interface Grant {
  accessToken: string;
  refreshToken: string;
  /** Epoch milliseconds, counted from before the request. */
  expiresAt: number;
  /** Only the token response says whose tokens they are; the redirect's parameters are not believed. */
  accountId: string;
  livemode: boolean;
}

type GrantRequest =
  { grant_type: 'authorization_code'; code: string } | { grant_type: 'refresh_token'; refresh_token: string };

/**
 * Exchanges a code or a refresh token with the app owner's key of the same mode. Throws Stripe's errors, and a ZodError
 * for a response of another shape.
 */
export async function exchangeToken(ctx: Context, livemode: boolean, request: GrantRequest): Promise<Grant> {
  const ownerKey = ctx.secrets.stripeKeys[livemode ? 'live' : 'test'];
  if (!ownerKey) throw new Error(`no app key is configured for ${livemode ? 'live' : 'test'} mode`);
  const basic = `Basic ${Buffer.from(`${ownerKey}:`).toString('base64')}`;
  const askedAt = ctx.clock.now();
  const response: unknown = await ctx.stripeFor(ownerKey).rawRequest(
    'POST',
    '/v1/oauth/token',
    { ...request },
    {
      timeout: EXCHANGE_TIMEOUT_MS,
      authenticator: (outgoing) => {
        Object.assign(outgoing.headers, { Authorization: basic });
        return Promise.resolve();
      },
    },
  );
  const tokens = responseSchema.parse(response);
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresAt: askedAt + ACCESS_TOKEN_MS,
    accountId: tokens.stripe_user_id,
    livemode: tokens.livemode,
  };
}

/** RFC 6749 section 5.2: the code or refresh token is used, expired, or belongs to someone else. */
export const isInvalidGrant = (error: unknown): boolean => hasRawType(error, 'invalid_grant');

/** The app owner's key is refused: wrong, revoked, or of another environment than the install link. */
export const isRefusedKey = (error: unknown): boolean =>
  hasRawType(error, 'invalid_client') || (error instanceof Error && 'statusCode' in error && error.statusCode === 401);

const hasRawType = (error: unknown, type: string): boolean =>
  error instanceof Error && 'rawType' in error && error.rawType === type;
