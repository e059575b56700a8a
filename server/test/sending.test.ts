/** Settings → Sending and `npm run doctor` over a name server and mail servers of ours. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { createDns } from '../deliverability/dns';
import { dkimRecord } from '../deliverability/dkim';
import { examineDeliverability } from '../deliverability/examine';
import type { Finding } from '../finding';
import { openSession } from '../installs/sessions';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { startDnsServer, type Zone } from './dns-server';
import { LOOPBACK_CERTIFICATE } from './fixtures/loopback-certificate';
import { startTillpost, TEST, type Tillpost } from './harness';
import { startMailServer } from './mail-server';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ENCRYPTED = { disabledCommands: [], ...LOOPBACK_CERTIFICATE };
const DKIM_PRIVATE_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
const IDENTITY = {
  PUBLIC_URL: 'https://mail.acme.dev',
  MAIL_FROM: 'Acme <hello@acme.dev>',
  DKIM_DOMAIN: 'acme.dev',
  DKIM_SELECTOR: 'tillpost',
  DKIM_PRIVATE_KEY,
};
const IN_ORDER: Zone = {
  'acme.dev': { TXT: ['v=spf1 ip4:192.0.2.10 -all'], MX: ['mx.acme.dev'] },
  'mail.acme.dev': { A: ['192.0.2.10'] },
  'tillpost._domainkey.acme.dev': { TXT: [dkimRecord(DKIM_PRIVATE_KEY)] },
  '_dmarc.acme.dev': { TXT: ['v=DMARC1; p=reject'] },
};

interface Scene {
  env?: Record<string, string>;
  zone?: Zone;
  smtp?: NonNullable<Parameters<typeof startMailServer>[0]>['smtp'];
}

/** Runs with a Tillpost whose mail leaves by a mail server here, and who asks our name server. */
async function withSending(
  { env, zone, smtp }: Scene,
  test: (tillpost: Tillpost, dns: { zone: Zone; asked: string[] }) => Promise<void>,
) {
  const mail = await startMailServer({ smtp });
  const server = await startDnsServer({ ...IN_ORDER, ...zone });
  const tillpost = await startTillpost({
    env: { SMTP_URL: mail.url, ...IDENTITY, ...env },
    overrides: { dns: createDns([server.address]) },
  });
  try {
    await test(tillpost, server);
  } finally {
    await tillpost.close();
    await server.close();
    await mail.close();
  }
}

async function findingsOf(scene: Scene): Promise<Finding[]> {
  let findings: Finding[] = [];
  await withSending(scene, async ({ ctx }) => {
    findings = await examineDeliverability(ctx);
  });
  return findings;
}
const about = (findings: Finding[], check: string) => findings.filter((finding) => finding.check === check);

describe('what recipients see', () => {
  it('is in order', async () => {
    const findings = await findingsOf({});
    expect(findings.map(({ check, kind }) => `${check} ${kind}`)).toEqual([
      'SPF ok',
      'DKIM ok',
      'DMARC ok',
      'MX ok',
      'Mail server ok',
      'EHLO name ok',
    ]);
    expect(about(findings, 'SPF')[0]?.says).toBe(
      'mail with a return path at acme.dev passes: its record lets 192.0.2.10 send, and costs 0 of 10 look-ups',
    );
    expect(about(findings, 'DMARC')[0]?.says).toMatch(
      /policy reject, and our return path \(acme\.dev\) and our signature/,
    );
  });

  it.each([
    ['a name', 'https://mail.acme.dev', 'v=spf1 a:mail.acme.dev ~all'],
    ['an IPv4 address', 'https://192.0.2.10', 'v=spf1 ip4:192.0.2.10 ~all'],
    ['an IPv6 address', 'https://[2001:db8::10]', 'v=spf1 ip6:2001:db8::10 ~all'],
    ['this machine’s own', '', undefined],
  ])('misses an SPF record, and is given one for %s', async (_what, PUBLIC_URL, value) => {
    const findings = await findingsOf({ env: { PUBLIC_URL }, zone: { 'acme.dev': {} } });
    expect(about(findings, 'SPF').map(({ kind, record }) => [kind, record?.value])).toEqual([['warning', value]]);
  });

  it('is all missing: each has the record to publish', async () => {
    const nothing = Object.fromEntries(Object.keys(IN_ORDER).map((name) => [name, {}]));
    const findings = await findingsOf({ zone: nothing });
    expect(findings.map(({ check, kind }) => `${check} ${kind}`)).toEqual([
      'SPF warning',
      'DKIM fault',
      'DMARC warning',
      'MX fault',
      'Mail server ok',
      'EHLO name warning',
    ]);
    expect(findings.flatMap(({ record }) => record ?? [])).toEqual([
      { type: 'TXT', name: 'acme.dev', value: 'v=spf1 a:mail.acme.dev ~all' },
      { type: 'TXT', name: 'tillpost._domainkey.acme.dev', value: dkimRecord(DKIM_PRIVATE_KEY) },
      { type: 'TXT', name: '_dmarc.acme.dev', value: 'v=DMARC1; p=none' },
    ]);
  });

  it.each(['servfail', 'silent'] as const)(
    'can’t be asked (%s): each says so, and the others go on',
    async (trouble) => {
      const zone = Object.fromEntries(Object.keys(IN_ORDER).map((name) => [name, trouble]));
      const findings = await findingsOf({ zone });
      expect(about(findings, 'Mail server')).toMatchObject([{ kind: 'ok' }]);
      const others = findings.filter(({ check }) => check !== 'Mail server');
      expect(others.map(({ check }) => check)).toEqual(['SPF', 'DKIM', 'DMARC', 'MX', 'EHLO name']);
      for (const { kind, says } of others)
        expect([kind, says]).toEqual(['warning', expect.stringContaining('could not be asked')]);
    },
  );

  it.each<[string, string, string, RegExp]>([
    [
      'fits nobody we know: it is not called a failure',
      'v=spf1 ip4:198.51.100.1 -all',
      'skipped',
      /can’t be seen from here/,
    ],
    ['lets anybody send', 'v=spf1 +all', 'fault', /lets anybody send/],
    ['has no end', 'v=spf1 ip4:192.0.2.10', 'warning', /does not say that others may not/],
    ['is broken', 'v=spf1 ip4:192.0.2.10 ip5:1 -all', 'fault', /“ip5:1”/],
    ['costs too much', `v=spf1 ${'a:mail.acme.dev '.repeat(11)}-all`, 'fault', /more than 10 look-ups/],
  ])('has an SPF record that %s', async (_what, record, kind, says) =>
    expect(about(await findingsOf({ zone: { 'acme.dev': { TXT: [record] } } }), 'SPF')).toContainEqual(
      expect.objectContaining({ kind, says: expect.stringMatching(says) as string }),
    ),
  );

  it('has a return path and a sender of marketing email with domains of their own', async () => {
    const env = { MAIL_FROM_MARKETING: 'news@acme-news.dev', BOUNCE_ADDRESS: 'bounces@back.dev' };
    const zone: Zone = {
      'back.dev': { TXT: ['v=spf1 a:mail.acme.dev ~all'], MX: ['mx.back.dev'] },
      '_dmarc.acme-news.dev': { TXT: ['v=DMARC1; p=quarantine'] },
      'acme-news.dev': { MX: [''] },
    };
    const findings = await findingsOf({ env, zone });
    expect(about(findings, 'SPF')).toMatchObject([{ kind: 'ok', says: expect.stringContaining('back.dev') as string }]);
    expect(about(findings, 'DMARC').map(({ kind, says }) => [kind, says])).toEqual([
      ['ok', expect.stringMatching(/its own record with the policy reject, and our signature \(acme\.dev\) fits it$/)],
      ['fault', expect.stringMatching(/neither our return path nor a signature of ours fits it/)],
    ]);
    expect(about(findings, 'MX').map(({ kind }) => kind)).toEqual(['ok', 'fault', 'ok']);
  });

  it('may be signed by the provider: what can’t be known is not called a fault', async () => {
    const env = { DKIM_DOMAIN: '', DKIM_SELECTOR: '', DKIM_PRIVATE_KEY: '', BOUNCE_ADDRESS: 'bounces@back.dev' };
    const findings = await findingsOf({ env });
    expect(about(findings, 'DKIM')).toMatchObject([{ kind: 'skipped' }]);
    expect(about(findings, 'DMARC')).toMatchObject([{ kind: 'warning' }]);
  });

  it('is not asked of a placeholder', async () => {
    await withSending({ env: { PUBLIC_URL: '', MAIL_FROM: 'no-reply@127.0.0.1' } }, async ({ ctx }, { asked }) => {
      expect(about(await examineDeliverability(ctx), 'Sender')).toMatchObject([
        { kind: 'warning', says: expect.stringContaining('MAIL_FROM is of 127.0.0.1') as string },
      ]);
      expect(asked).toEqual(['TXT tillpost._domainkey.acme.dev']);
    });
  });
});

describe('the mail server', () => {
  afterEach(() => jest.restoreAllMocks());

  it('with a certificate that nobody vouches for is a fault', async () =>
    expect(about(await findingsOf({ smtp: ENCRYPTED }), 'Mail server')).toMatchObject([
      {
        kind: 'fault',
        says: expect.stringMatching(/certificate of 127\.0\.0\.1 is not valid \(.*self.signed/i) as string,
      },
    ]));

  it.each([
    [15, 'ok', /is encrypted; its certificate is valid for another 15 days/],
    [13, 'warning', /valid for another 13 days/],
  ])('with a good certificate for %i days is %s', async (days, kind, says) => {
    trustLoopback();
    const until = Date.parse(new X509Certificate(LOOPBACK_CERTIFICATE.cert).validTo);
    await withSending({ smtp: ENCRYPTED }, async ({ ctx, clock }) => {
      clock.advance(until - days * DAY_MS - HOUR_MS - clock.now());
      expect(about(await examineDeliverability(ctx), 'Mail server')).toMatchObject([
        { kind, says: expect.stringMatching(says) as string },
      ]);
    });
  });

  function trustLoopback(): void {
    const connect = tls.connect.bind(tls) as (options: tls.ConnectionOptions, ...more: never[]) => tls.TLSSocket;
    jest
      .spyOn(tls, 'connect')
      .mockImplementation(((options: tls.ConnectionOptions, ...more: never[]) =>
        connect({ ...options, ca: LOOPBACK_CERTIFICATE.cert }, ...more)) as typeof tls.connect);
  }

  it('that must encrypt and can’t is a fault', async () => {
    const mail = await startMailServer();
    const findings = await findingsOf({ env: { SMTP_URL: `${mail.url}?tls=required` } });
    expect(about(findings, 'Mail server')).toMatchObject([
      { kind: 'fault', says: expect.stringMatching(/offers no encryption, which SMTP_URL requires/) as string },
    ]);
    await mail.close();
  });

  it('that is away is a fault, told without its password', async () => {
    const findings = await findingsOf({ env: { SMTP_URL: 'smtp://me:hunter2hunter2@127.0.0.1:9' } });
    expect(about(findings, 'Mail server')).toMatchObject([{ kind: 'fault' }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});

describe('the page', () => {
  async function signedIn({ ctx, url }: Tillpost): Promise<BrowserClient> {
    const client = createBrowserClient(url);
    client.jar.set(
      'tillpost_session',
      await openSession(ctx, { tenant: TEST, kind: 'dashboard', previous: undefined }),
    );
    return client;
  }
  const read = async (client: BrowserClient) => (await client.get('/settings/sending')).text();
  /** The page refreshes itself until the checks are done. */
  async function settled(client: BrowserClient): Promise<string> {
    for (;;) {
      const html = await read(client);
      if (!html.includes('hx-get')) return html;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const OVER_HTTP = { PUBLIC_URL: '' };

  it('is answered at once, and shows the result when there is one', () =>
    withSending({ env: OVER_HTTP, zone: { '_dmarc.acme.dev': 'silent' } }, async (tillpost, { zone }) => {
      await tillpost.connect();
      const client = await signedIn(tillpost);
      expect(await read(client)).toMatch(/Checking…/);
      expect(await settled(client)).toMatch(/could not be asked: _dmarc\.acme\.dev, no answer within 3 s/);

      zone['_dmarc.acme.dev'] = { TXT: ['v=DMARC1; p=reject'] };
      expect(await settled(client)).toMatch(/could not be asked/);
      const csrf_token = await client.csrfToken();
      expect((await client.post('/settings/sending/check', {})).status).toBe(403);
      const posted = await client.post('/settings/sending/check', { csrf_token });
      expect([posted.status, posted.headers.get('location')]).toEqual([303, '/settings/sending']);
      expect(await settled(client)).toMatch(/covered by its own record with the policy reject/);

      zone['_dmarc.acme.dev'] = {};
      tillpost.clock.advance(61 * 60_000);
      await read(client);
      expect(await settled(client)).toMatch(/no DMARC record/);
    }));

  it('is for who is signed in, shows nothing secret, and what DNS says only as text', () => {
    const env = { ...OVER_HTTP, SMTP_URL: 'smtp://me:hunter2hunter2@127.0.0.1:9' };
    const zone: Zone = { 'acme.dev': { TXT: ['v=spf1 <script>alert(1)</script> -all'] } };
    return withSending({ env, zone }, async (tillpost) => {
      await tillpost.connect();
      expect((await createBrowserClient(tillpost.url).get('/settings/sending')).status).toBe(302);
      const html = await settled(await signedIn(tillpost));
      expect(html).toMatch(/The SPF record of acme\.dev has a term that nobody can read, “&lt;script&gt;alert/);
      expect(html).toContain('Acme &lt;hello@acme.dev&gt;');
      expect(html).not.toMatch(/hunter2|PRIVATE KEY|<script>alert/);
    });
  });

  it('has nothing to check without a mail server, and asks nobody', () =>
    withSending(
      { env: { ...OVER_HTTP, SMTP_URL: '', DKIM_DOMAIN: '', DKIM_SELECTOR: '', DKIM_PRIVATE_KEY: '' } },
      async (tillpost, { asked }) => {
        await tillpost.connect();
        expect(await read(await signedIn(tillpost))).toMatch(/No mail server is set up/);
        expect(asked).toEqual([]);
      },
    ));
});
