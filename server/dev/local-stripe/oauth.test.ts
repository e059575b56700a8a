/** The install page and the token endpoint, on a clock that moves. */
import { createHmac } from 'node:crypto';
import { createStripe } from '../../stripe';
import { APP_KEYS, CLIENT_IDS, DEFAULT_ACCOUNT } from './local-stripe';
import { startWithInbox } from './test-inbox';

const MINUTE = 60_000;
const CALLBACK = 'http://127.0.0.1:4242/oauth/callback';

async function begin() {
  const clock = { now: Date.now() };
  const { inbox, localStripe, url } = await startWithInbox({ now: () => clock.now });
  const token = async (fields: Record<string, string>, key = APP_KEYS.test) => {
    const headers = { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
    const response = await fetch(`${url}/v1/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers,
    });
    const answer = (await response.json()) as { access_token?: string; refresh_token?: string };
    return { status: response.status, ...answer };
  };
  const exchange = (code: string, key?: string) => token({ grant_type: 'authorization_code', code }, key);
  const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token });
  const readWith = (key: string) => createStripe(key, url).customers.list();
  return { clock, inbox, localStripe, url, token, exchange, refresh, readWith };
}

const GRANT_INVALID = { status: 400, error: 'invalid_grant' };

test('a code works once, within five minutes', async () => {
  const { localStripe, clock, exchange } = await begin();
  const code = localStripe.authorize(DEFAULT_ACCOUNT, false);
  const grant = await exchange(code);
  expect(grant).toMatchObject({
    status: 200,
    livemode: false,
    scope: 'stripe_apps',
    stripe_user_id: DEFAULT_ACCOUNT,
    token_type: 'bearer',
  });
  expect(grant).not.toHaveProperty('expires_in');
  expect(await exchange(code)).toMatchObject(GRANT_INVALID);

  const late = localStripe.authorize(DEFAULT_ACCOUNT, false);
  clock.now += 5 * MINUTE;
  expect(await exchange(late)).toMatchObject(GRANT_INVALID);
});

test('the key of the other environment, or of nobody, is refused', async () => {
  const { localStripe, exchange, token } = await begin();
  const code = localStripe.authorize(DEFAULT_ACCOUNT, false);
  expect(await exchange(code, APP_KEYS.live)).toMatchObject(GRANT_INVALID);
  expect(await exchange(code, 'sk_test_somebodyelse')).toMatchObject({ status: 401, error: 'invalid_client' });
  expect(await exchange(code)).toMatchObject({ status: 200 });
  expect(await token({ grant_type: 'password' })).toMatchObject({ status: 400, error: 'unsupported_grant_type' });
});

test('refresh tokens roll: each works once, for a year', async () => {
  const { localStripe, clock, exchange, refresh } = await begin();
  const first = await exchange(localStripe.authorize(DEFAULT_ACCOUNT, false));
  const second = await refresh(first.refresh_token!);
  expect(second).toMatchObject({ status: 200, stripe_user_id: DEFAULT_ACCOUNT });
  expect(await refresh(first.refresh_token!)).toMatchObject(GRANT_INVALID);
  clock.now += 366 * 24 * 60 * MINUTE;
  expect(await refresh(second.refresh_token!)).toMatchObject(GRANT_INVALID);
});

test('an access token reads for an hour what the manifest asks for, and nothing more', async () => {
  const { localStripe, clock, exchange, readWith, url } = await begin();
  const { access_token } = await exchange(localStripe.authorize(DEFAULT_ACCOUNT, false));
  await expect(readWith(access_token!)).resolves.toMatchObject({ data: [] });
  const writes = createStripe(access_token!, url).customers.create({});
  await expect(writes).rejects.toMatchObject({ statusCode: 403 });
  clock.now += 60 * MINUTE;
  await expect(readWith(access_token!)).rejects.toMatchObject({ statusCode: 401, code: 'api_key_expired' });
  await expect(readWith('sk_test_oauthFromAnEarlierStart')).rejects.toMatchObject({ statusCode: 401 });
});

test('installing and uninstalling are told, and uninstalling kills every token', async () => {
  const { localStripe, inbox, exchange, refresh, readWith } = await begin();
  const grant = await exchange(localStripe.authorize(DEFAULT_ACCOUNT, false));
  await exchange(localStripe.authorize(DEFAULT_ACCOUNT, false));
  await localStripe.uninstall(DEFAULT_ACCOUNT, false);
  await localStripe.idle();
  expect(inbox.events()).toMatchObject([
    { type: 'account.application.authorized', account: DEFAULT_ACCOUNT },
    { type: 'account.application.deauthorized', data: { object: { id: CLIENT_IDS.test, object: 'application' } } },
  ]);
  await expect(readWith(grant.access_token!)).rejects.toMatchObject({ statusCode: 401 });
  expect(await refresh(grant.refresh_token!)).toMatchObject(GRANT_INVALID);
});

function authorizeUrl(url: string, path = '/oauth/v2/authorize', fields: Record<string, string> = {}): string {
  const query = new URLSearchParams({ client_id: CLIENT_IDS.test, redirect_uri: CALLBACK, state: 'st&1', ...fields });
  return `${url}${path}?${query.toString()}`;
}

const decide = (link: string, fields: Record<string, string>) =>
  fetch(link, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

test.each(['/oauth/v2/authorize', '/oauth/v2/chnlink_abc/authorize'])(
  'the install page at %s lists the accounts and sends the code back, signed',
  async (path) => {
    const { localStripe, url, exchange, clock } = await begin();
    const other = localStripe.addAccount({ name: 'Bits <& Bolts>' });
    const link = authorizeUrl(url, path);
    const shown = await fetch(link);
    expect(shown.headers.get('content-security-policy')).toContain(`form-action 'self' ${new URL(CALLBACK).origin}`);
    expect(await shown.text()).toContain('Bits &#60;&#38; Bolts&#62;');

    const answer = await decide(link, { decision: 'allow', account: other.id });
    const back = new URL(answer.headers.get('location')!);
    expect(answer.status).toBe(303);
    expect(back.href.startsWith(`${CALLBACK}?code=ac_`)).toBe(true);
    expect(back.searchParams.get('state')).toBe('st&1');
    const identity = { state: 'st&1', user_id: back.searchParams.get('user_id'), account_id: other.id };
    const at = Math.floor(clock.now / 1000);
    const hmac = createHmac('sha256', localStripe.appSecret)
      .update(`${at}.${JSON.stringify(identity)}`)
      .digest('hex');
    expect(back.searchParams.get('install_signature')).toBe(`t=${at},v1=${hmac}`);
    expect(await exchange(back.searchParams.get('code')!)).toMatchObject({ stripe_user_id: other.id });
  },
);

test('denying sends the error back, and loses the state as Stripe does', async () => {
  const { url } = await begin();
  const answer = await decide(authorizeUrl(url), { decision: 'deny', account: DEFAULT_ACCOUNT });
  const back = new URL(answer.headers.get('location')!);
  expect(back.searchParams.get('error')).toBe('access_denied');
  expect(back.searchParams.has('state')).toBe(false);
});

test.each([
  ['a client id nobody has', { client_id: 'ca_other' }],
  ['an address elsewhere', { redirect_uri: 'https://evil.example/oauth/callback' }],
  ['a script', { redirect_uri: 'javascript:alert(1)' }],
])('an install link with %s is a page, never a redirect', async (_what, fields) => {
  const { url } = await begin();
  const answer = await decide(authorizeUrl(url, undefined, fields), { decision: 'deny' });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('location')).toBeNull();
});

test("the extension's signature covers exactly the user and the account", async () => {
  const { localStripe, clock } = await begin();
  const header = localStripe.signExtension({ account_id: 'acct_1', user_id: 'usr_1' });
  const { webhooks } = createStripe('sk_test_signatures', 'https://api.stripe.com');
  const payload = '{"user_id":"usr_1","account_id":"acct_1"}';
  expect(webhooks.signature!.verifyHeader(payload, header, localStripe.appSecret, 300)).toBe(true);
  expect(localStripe.signExtension({ account_id: 'acct_1', user_id: 'usr_1' }, clock.now - MINUTE)).not.toBe(header);
});
