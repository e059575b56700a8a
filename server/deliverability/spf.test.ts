/** SPF against a name server: what RFC 7208 says of each record. */
import { startDnsServer, type Zone } from '../test/dns-server';
import { createDns } from './dns';
import { evaluateSpf } from './spf';

const IP = '192.0.2.10';
const IP6 = '2001:db8::10';
const DOMAIN = 'acme.dev';

async function evaluate(record: string | string[], zone: Zone = {}, ip: string | null = IP) {
  const server = await startDnsServer({ [DOMAIN]: { TXT: [record].flat(), A: [IP] }, ...zone });
  const client = ip === null ? null : { ip, sender: `bounces+1@${DOMAIN}`, helo: 'mail.acme.dev' };
  const outcome = await evaluateSpf(createDns([server.address]), DOMAIN, client);
  await server.close();
  return { ...outcome, asked: server.asked };
}

const include = (count: number): Zone =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`n${at}.dev`, { TXT: [`v=spf1 include:n${at + 1}.dev -all`] }]),
  );
const last = (at: number): Zone => ({ [`n${at}.dev`]: { TXT: [`v=spf1 ip4:${IP} -all`] } });
const NEIGHBOURS: Zone = {
  'mail.acme.dev': { A: [IP, '192.0.2.11'], AAAA: ['2001:db8:0:0:0:0:0:10'] },
  'away.dev': { A: ['198.51.100.1'] },
  'in.dev': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  'out.dev': { TXT: ['v=spf1 ip4:198.51.100.0/24 -all'] },
  'mx.dev': { MX: ['away.dev', 'mail.acme.dev'] },
};

describe('a client', () => {
  it.each([
    ['v=spf1 ip4:192.0.2.10 -all', 'pass'],
    ['V=SPF1 IP4:192.0.2.10 -ALL', 'pass'],
    ['v=spf1 ip4:192.0.2.0/28 -all', 'pass'],
    ['v=spf1 ip4:192.0.2.16/28 -all', 'fail'],
    ['v=spf1 ip4:0.0.0.0/0 -all', 'pass'],
    ['v=spf1 ip4:198.51.100.1 ~all', 'softfail'],
    ['v=spf1 ip4:198.51.100.1 ?all', 'neutral'],
    ['v=spf1 ip4:198.51.100.1', 'neutral'],
    ['v=spf1', 'neutral'],
    ['v=spf1 +all', 'pass'],
    ['v=spf1 -ip4:192.0.2.10 +all', 'fail'],
    ['v=spf1 ip6:2001:db8::/32 -all', 'fail'],
    ['v=spf1 a -all', 'pass'],
    ['v=spf1 a:mail.acme.dev -all', 'pass'],
    ['v=spf1 a:away.dev -all', 'fail'],
    ['v=spf1 a:away.dev/0 -all', 'pass'],
    ['v=spf1 a:nowhere.dev -all', 'fail'],
    ['v=spf1 mx:mx.dev -all', 'pass'],
    ['v=spf1 mx -all', 'fail'],
    ['v=spf1 include:in.dev -all', 'pass'],
    ['v=spf1 include:out.dev ~all', 'softfail'],
    ['v=spf1 -include:in.dev +all', 'fail'],
    ['v=spf1 redirect=in.dev', 'pass'],
    ['v=spf1 redirect=out.dev', 'fail'],
    ['v=spf1 redirect=in.dev ~all', 'softfail'],
    ['v=spf1 exists:mail.acme.dev -all', 'pass'],
    ['v=spf1 exists:nowhere.dev -all', 'fail'],
    ['v=spf1 exp=why.dev unknown=thing -all', 'fail'],
  ])('under %j is %s', async (record, result) => expect(await evaluate(record, NEIGHBOURS)).toMatchObject({ result }));

  it.each([
    ['v=spf1 ip6:2001:db8::/32 -all', 'pass'],
    ['v=spf1 ip6:2001:db8::11 -all', 'fail'],
    ['v=spf1 ip4:0.0.0.0/0 -all', 'fail'],
    ['v=spf1 a:mail.acme.dev -all', 'pass'],
    ['v=spf1 a:mail.acme.dev/0//128 -all', 'pass'],
  ])('of IPv6 under %j is %s', async (record, result) =>
    expect(await evaluate(record, NEIGHBOURS, IP6)).toMatchObject({ result }),
  );

  it.each([
    ['%{ir}.%{v}.spf.dev', '10.2.0.192.in-addr.spf.dev', IP],
    ['%{l1r+}.%{o}.dev', 'bounces.acme.dev.dev', IP],
    ['%{d1}.%{h2}', 'dev.acme.dev', IP],
    ['%{i}._ip.dev', '2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0._ip.dev', IP6],
  ])('is asked for by the macros of %s as %s', async (macros, name, ip) => {
    const found = await evaluate(`v=spf1 exists:${macros} -all`, { [name]: { A: ['127.0.0.2'] } }, ip);
    expect([found.result, found.asked.at(-1)]).toEqual(['pass', `A ${name}`]);
  });
});

describe('a record', () => {
  it.each([
    ['ip4:192.0.2.300'],
    ['ip4:192.0.2.0/33'],
    ['ip4:2001:db8::1'],
    ['ip6:192.0.2.1'],
    ['ip6:2001:db8::/129'],
    ['include:'],
    ['include'],
    ['all:acme.dev'],
    ['a:'],
    ['ipv4:192.0.2.1'],
    ['192.0.2.1'],
    ['redirect='],
    ['exists:%{z}.dev'],
    ['exists:50%.dev'],
    ['mx/33'],
  ])('with the term %s can’t be read, wherever that stands', async (term) =>
    expect(await evaluate(`v=spf1 ip4:${IP} ${term} -all`)).toMatchObject({
      result: 'permerror',
      problem: { kind: 'bad_term', domain: DOMAIN, term },
    }),
  );

  it.each([
    ['is missing', ['google-site-verification=1', 'v=spf10 +all'], 'none', 'missing'],
    ['stands there twice', ['v=spf1 -all', 'v=spf1 +all'], 'permerror', 'two_records'],
    ['has two redirects', ['v=spf1 redirect=in.dev redirect=out.dev'], 'permerror', 'bad_term'],
    ['includes one that is missing', ['v=spf1 include:mail.acme.dev -all'], 'permerror', 'missing'],
    ['redirects to one that is missing', ['v=spf1 redirect=nowhere.dev'], 'permerror', 'missing'],
    ['includes itself', ['v=spf1 include:acme.dev -all'], 'permerror', 'too_many_look_ups'],
  ])('that %s is noticed', async (_what, records, result, kind) =>
    expect(await evaluate(records, NEIGHBOURS)).toMatchObject({ result, problem: { kind } }),
  );

  it('may cost ten look-ups, and no more', async () => {
    expect(await evaluate('v=spf1 include:n0.dev -all', { ...include(9), ...last(9) })).toMatchObject({
      result: 'pass',
      lookUps: 10,
    });
    expect(await evaluate('v=spf1 include:n0.dev -all', { ...include(10), ...last(10) })).toMatchObject({
      result: 'permerror',
      problem: { kind: 'too_many_look_ups' },
    });
  });

  it('may lead to nothing twice, and no more', async () => {
    expect(await evaluate('v=spf1 a:x1.dev mx:x2.dev ~all')).toMatchObject({ result: 'softfail' });
    expect(await evaluate('v=spf1 a:x1.dev mx:x2.dev exists:x3.dev ~all')).toMatchObject({
      result: 'permerror',
      problem: { kind: 'too_many_void_look_ups' },
    });
  });

  it('may not ask for more than ten mail servers', async () => {
    const MX = Array.from({ length: 11 }, (_, at) => `mx${at}.dev`);
    expect(await evaluate('v=spf1 mx:many.dev ~all', { 'many.dev': { MX } })).toMatchObject({
      problem: { kind: 'too_many_names', domain: 'many.dev' },
    });
  });

  it('of which a part can’t be asked is not judged', async () =>
    expect(await evaluate('v=spf1 include:away.dev -all', { 'away.dev': 'servfail' })).toMatchObject({
      result: 'temperror',
      problem: { kind: 'unasked', domain: 'away.dev' },
    }));

  it('longer than 255 characters is read whole', async () => {
    const many = Array.from({ length: 40 }, (_, at) => `ip4:198.51.100.${at}`).join(' ');
    expect(await evaluate(`v=spf1 ${many} ip4:${IP} -all`)).toMatchObject({ result: 'pass' });
  });
});

describe('the whole record, walked for nobody', () => {
  it.each([
    ['v=spf1 a mx:mx.dev include:in.dev exists:%{i}.dev ptr ~all', 'softfail', 5],
    ['v=spf1 redirect=out.dev', 'fail', 1],
    ['v=spf1 include:in.dev', 'neutral', 1],
    ['v=spf1 include:in.dev +all', 'pass', 1],
    ['v=spf1 include:%{i}.dev -all', 'fail', 1],
  ])('of %j says %s of others and costs %i', async (record, result, lookUps) =>
    expect(await evaluate(record, NEIGHBOURS, null)).toMatchObject({ result, lookUps, hasPtr: record.includes('ptr') }),
  );
});
