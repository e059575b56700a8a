/**
 * OAuth for Stripe Apps: codes work once and for five minutes, access tokens for an hour, refresh tokens for a year and
 * once each. Source: https://docs.stripe.com/stripe-apps/api-authentication/oauth
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account';
import { text, type Params } from './form';
import type { Random } from './random';

const CODE_SECONDS = 5 * 60;
const ACCESS_SECONDS = 60 * 60;
const REFRESH_SECONDS = 365 * 86_400;

export const APP_KEYS = { test: 'sk_test_sandbox0000000000', live: 'sk_live_sandbox0000000000' };
export const CLIENT_IDS = { test: 'ca_sandbox_test', live: 'ca_sandbox_live' };

/** What the app's manifest asks for: what its access tokens may do. */
export const APP_PERMISSIONS = readPermissions();

interface Grant {
  account: Account;
  livemode: boolean;
  /** Epoch seconds. */
  expires: number;
}

interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

export interface OAuth {
  /** The account allows the app: a code for the exchange. */
  authorize(account: Account, livemode: boolean): string;
  /** `POST /v1/oauth/token` with the app owner's key. */
  token(key: string | undefined, params: Params): TokenAnswer;
  /** Undefined for what was never an access token. */
  readAccessToken(token: string): (Grant & { isAlive: boolean }) | undefined;
  isInstalled(account: string, livemode: boolean): boolean;
  /** Every token and code of the account in this mode dies. */
  revoke(account: string, livemode: boolean): void;
}

interface OAuthOptions {
  /** Epoch seconds. */
  now(): number;
  random: Random;
  onInstalled(account: Account, livemode: boolean): void;
}

export function createOAuth({ now, random, onInstalled }: OAuthOptions): OAuth {
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, Grant>();
  const accessTokens = new Map<string, Grant>();
  const dead = new Set<string>();
  const installed = new Set<string>();
  const keyOf = (account: string, livemode: boolean) => `${account}/${livemode}`;

  /** Takes the code or refresh token: it never works again, whatever comes of it. */
  const redeem = (grants: Map<string, Grant>, token: string, livemode: boolean): Grant | string => {
    const grant = grants.get(token);
    if (!grant) return `This code or token does not exist, or was used before: ${token.slice(0, 8)}…`;
    if (grant.livemode !== livemode)
      return `It was issued in ${modeOf(grant.livemode)} mode, but the key is for ${modeOf(livemode)} mode.`;
    grants.delete(token);
    return grant.expires > now() ? grant : 'It has expired.';
  };

  const issue = ({ account, livemode }: Grant): TokenAnswer => {
    const mode = modeOf(livemode);
    const access_token = `${accessPrefix(mode)}${random.letters(32)}`;
    const refresh_token = `rt_${mode}_${random.letters(32)}`;
    accessTokens.set(access_token, { account, livemode, expires: now() + ACCESS_SECONDS });
    refreshTokens.set(refresh_token, { account, livemode, expires: now() + REFRESH_SECONDS });
    return {
      status: 200,
      body: {
        access_token,
        refresh_token,
        livemode,
        scope: 'stripe_apps',
        stripe_publishable_key: `pk_${mode}_${random.letters(24)}`,
        stripe_user_id: account.id,
        token_type: 'bearer',
      },
    };
  };

  return {
    authorize(account, livemode) {
      const code = `ac_${random.letters(32)}`;
      codes.set(code, { account, livemode, expires: now() + CODE_SECONDS });
      return code;
    },
    token(key, params) {
      if (key !== APP_KEYS.test && key !== APP_KEYS.live)
        return refusal(401, 'invalid_client', 'No such API key, or not the key of this app.');
      const livemode = key === APP_KEYS.live;
      const grantType = text(params, 'grant_type');
      if (grantType !== 'authorization_code' && grantType !== 'refresh_token')
        return refusal(400, 'unsupported_grant_type', `Not a supported grant_type: ${grantType ?? ''}`);
      const isCode = grantType === 'authorization_code';
      const token = text(params, isCode ? 'code' : 'refresh_token');
      if (!token) return refusal(400, 'invalid_request', `Missing parameter: ${isCode ? 'code' : 'refresh_token'}`);
      const grant = redeem(isCode ? codes : refreshTokens, token, livemode);
      if (typeof grant === 'string') return refusal(400, 'invalid_grant', grant);
      const isNew = isCode && !installed.has(keyOf(grant.account.id, livemode));
      if (isCode) installed.add(keyOf(grant.account.id, livemode));
      const answer = issue(grant);
      if (isNew) onInstalled(grant.account, livemode);
      return answer;
    },
    readAccessToken(token) {
      const grant = accessTokens.get(token);
      return grant && { ...grant, isAlive: grant.expires > now() && !dead.has(token) };
    },
    isInstalled: (account, livemode) => installed.has(keyOf(account, livemode)),
    revoke(account, livemode) {
      const isTheirs = (grant: Grant) => grant.account.id === account && grant.livemode === livemode;
      for (const grants of [codes, refreshTokens])
        for (const [token, grant] of grants) if (isTheirs(grant)) grants.delete(token);
      for (const [token, grant] of accessTokens) if (isTheirs(grant)) dead.add(token);
      installed.delete(keyOf(account, livemode));
    },
  };
}

function readPermissions(): ReadonlySet<string> {
  const manifest = readFileSync(join(__dirname, '../../../stripe-app.json'), 'utf8');
  const { permissions } = JSON.parse(manifest) as { permissions: { permission: string }[] };
  return new Set(permissions.map(({ permission }) => permission));
}

const modeOf = (livemode: boolean) => (livemode ? 'live' : 'test');

const accessPrefix = (mode: 'live' | 'test') => `sk_${mode}_oauth`;

/** Looks like one of our access tokens, also one that an earlier local Stripe gave out. */
export const isAccessToken = (key: string): boolean => /^sk_(live|test)_oauth/.test(key);

const refusal = (status: number, error: string, error_description: string): TokenAnswer => ({
  status,
  body: { error, error_description },
});
