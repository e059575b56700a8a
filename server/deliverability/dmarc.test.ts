/** DMARC by the tree walk: which record covers a domain, and what is aligned with it. */
import { startDnsServer, type Zone } from '../test/dns-server';
import { createDns, rememberAnswers } from './dns';
import { findDmarc, isAligned } from './dmarc';

const txt = (...TXT: string[]) => ({ TXT });
const DEEP = 'a.b.c.d.e.f.g.h.acme.dev';

async function withZone<T>(zone: Zone, ask: (dns: ReturnType<typeof createDns>) => Promise<T>) {
  const server = await startDnsServer(zone);
  try {
    return { found: await ask(rememberAnswers(createDns([server.address]))), asked: server.asked };
  } finally {
    await server.close();
  }
}

it.each<[string, string, Zone, object]>([
  ['its own', 'acme.dev', { '_dmarc.acme.dev': txt('v=DMARC1; p=reject') }, { domain: 'acme.dev', policy: 'reject' }],
  [
    'the organisation’s',
    'news.acme.dev',
    { '_dmarc.acme.dev': txt('v=DMARC1;p=reject;sp=quarantine; aspf=s') },
    { domain: 'acme.dev', policy: 'quarantine', spf: 'strict', dkim: 'relaxed' },
  ],
  [
    'its own before the organisation’s',
    'news.acme.dev',
    { '_dmarc.acme.dev': txt('v=DMARC1; p=reject'), '_dmarc.news.acme.dev': txt('v=DMARC1; p=none; adkim=S') },
    { domain: 'news.acme.dev', policy: 'none', dkim: 'strict', organisation: 'acme.dev' },
  ],
  [
    'the organisation’s that psd=n marks, not one above',
    'a.news.acme.dev',
    { '_dmarc.news.acme.dev': txt('v=DMARC1; p=none; psd=n'), '_dmarc.acme.dev': txt('v=DMARC1; p=reject') },
    { domain: 'news.acme.dev', organisation: 'news.acme.dev' },
  ],
  [
    'the public suffix’s where there is no other',
    'a.acme.gov.dev',
    { '_dmarc.gov.dev': txt('v=DMARC1; p=reject; psd=y') },
    { domain: 'gov.dev', organisation: 'acme.gov.dev' },
  ],
  ['none where there is none', 'acme.dev', { 'acme.dev': txt('v=DMARC1; p=none') }, { kind: 'missing' }],
  ['none in another version', 'acme.dev', { '_dmarc.acme.dev': txt('v=DMARC2; p=none') }, { kind: 'missing' }],
  [
    'the only one that is DMARC’s',
    'acme.dev',
    { '_dmarc.acme.dev': txt('v=spf1 -all', 'v=DMARC1; p=none') },
    { kind: 'covered' },
  ],
  [
    'neither of two',
    'acme.dev',
    { '_dmarc.acme.dev': txt('v=DMARC1; p=none', 'v=DMARC1; p=reject') },
    { kind: 'two_records', domain: 'acme.dev' },
  ],
  ['one without a policy', 'acme.dev', { '_dmarc.acme.dev': txt('v=DMARC1; p=off') }, { kind: 'bad_policy' }],
  [
    'one that only wants reports',
    'acme.dev',
    { '_dmarc.acme.dev': txt('v=DMARC1; rua=mailto:d@acme.dev') },
    { policy: 'none' },
  ],
  ['what can’t be asked', 'acme.dev', { '_dmarc.acme.dev': 'servfail' }, { kind: 'unasked' }],
])('takes %s', async (_what, from, zone, verdict) =>
  expect((await withZone(zone, (dns) => findDmarc(dns, from))).found).toMatchObject(verdict),
);

it('asks about eight names at most, however deep the domain is', async () => {
  const { found, asked } = await withZone({ '_dmarc.acme.dev': txt('v=DMARC1; p=none') }, (dns) =>
    findDmarc(dns, DEEP),
  );
  expect(found).toMatchObject({ domain: 'acme.dev' });
  expect(asked).toHaveLength(8);
  expect(asked[1]).toBe('TXT _dmarc.d.e.f.g.h.acme.dev');
});

const ORGANISATIONS: Zone = {
  '_dmarc.acme.dev': txt('v=DMARC1; p=none'),
  '_dmarc.shop.dev': txt('v=DMARC1; p=none'),
  '_dmarc.down.dev': 'servfail',
};
it.each([
  ['itself', 'acme.dev', 'acme.dev', 'strict', true],
  ['a domain below it, relaxed', 'acme.dev', 'bounces.acme.dev', 'relaxed', true],
  ['a domain above it, relaxed', 'news.acme.dev', 'acme.dev', 'relaxed', true],
  ['a sibling, relaxed', 'news.acme.dev', 'bounces.acme.dev', 'relaxed', true],
  ['a domain below it, strict', 'acme.dev', 'bounces.acme.dev', 'strict', false],
  ['somebody else’s', 'acme.dev', 'shop.dev', 'relaxed', false],
  ['somebody’s who has no record', 'acme.dev', 'mail.provider.dev', 'relaxed', false],
  ['one that can’t be asked', 'acme.dev', 'down.dev', 'relaxed', undefined],
] as const)('aligns with %s: %s, %s, %s is %s', async (_what, from, domain, mode, expected) =>
  expect((await withZone(ORGANISATIONS, (dns) => isAligned(dns, { from, domain, mode }))).found).toBe(expected),
);
