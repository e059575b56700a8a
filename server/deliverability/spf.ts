/** SPF as recipients evaluate it: RFC 7208's check_host(). */
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Answer, Dns } from './dns';
import { expandMacros, type SpfClient } from './spf-macros';
import { isSpf, parseSpf, type Directive, type SpfRecord, type SpfResult } from './spf-record';

/** RFC 7208, 4.6.4. */
const MAX_LOOK_UPS = 10;
const MAX_VOID_LOOK_UPS = 2;
const MAX_NAMES = 10;

export type SpfProblem =
  | { kind: 'missing' | 'two_records' | 'too_many_names'; domain: string }
  | { kind: 'bad_term'; domain: string; term: string }
  | { kind: 'too_many_look_ups' | 'too_many_void_look_ups' }
  | { kind: 'unasked'; domain: string; why: string };

export interface SpfOutcome {
  /** `none`: no record. `permerror`: recipients treat it as broken. `temperror`: DNS did not say. */
  result: SpfResult | 'none' | 'permerror' | 'temperror';
  /** Of `none` and the errors. */
  problem?: SpfProblem;
  lookUps: number;
  /** Recipients need not follow `ptr`, and nothing here does. */
  hasPtr: boolean;
}

class Broken extends Error {
  constructor(readonly problem: SpfProblem) {
    super(problem.kind);
  }
}

/**
 * What the record of `domain` says of this client. Null: of nobody in particular, so that the whole record is walked and
 * the result is what it says of everybody else; `lookUps` is then the most it can cost.
 */
export async function evaluateSpf(dns: Dns, domain: string, client: SpfClient | null): Promise<SpfOutcome> {
  const evaluation = createEvaluation(dns, client);
  try {
    const result = await evaluation.checkHost(domain);
    return result ? { result, ...evaluation.spent() } : missing(domain, evaluation.spent());
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    const { problem } = error;
    return { result: problem.kind === 'unasked' ? 'temperror' : 'permerror', problem, ...evaluation.spent() };
  }
}

const missing = (domain: string, spent: Pick<SpfOutcome, 'lookUps' | 'hasPtr'>): SpfOutcome => ({
  result: 'none',
  problem: { kind: 'missing', domain },
  ...spent,
});

function createEvaluation(dns: Dns, client: SpfClient | null) {
  let lookUps = 0;
  let voidLookUps = 0;
  let hasPtr = false;

  const spendLookUp = () => {
    if (++lookUps > MAX_LOOK_UPS) throw new Broken({ kind: 'too_many_look_ups' });
  };

  function recordsOf<T>(name: string, answer: Answer<T>): T[] {
    if (answer.kind === 'unasked') throw new Broken({ kind: 'unasked', domain: name, why: answer.why });
    if (answer.kind === 'found') return answer.records;
    if (++voidLookUps > MAX_VOID_LOOK_UPS) throw new Broken({ kind: 'too_many_void_look_ups' });
    return [];
  }

  /** Undefined: it has no record. */
  async function checkHost(domain: string): Promise<SpfResult | undefined> {
    const record = await readRecord(domain);
    if (!record) return undefined;
    for (const directive of record.directives) if (await matches(directive, domain)) return directive.result;
    if (record.redirect === undefined || record.directives.some(({ mechanism }) => mechanism === 'all'))
      return 'neutral';
    return (await include(record.redirect, domain)) ?? 'neutral';
  }

  async function readRecord(domain: string): Promise<SpfRecord | undefined> {
    const answer = await dns.txt(domain);
    if (answer.kind === 'unasked') throw new Broken({ kind: 'unasked', domain, why: answer.why });
    const texts = answer.kind === 'found' ? answer.records.filter(isSpf) : [];
    if (texts.length > 1) throw new Broken({ kind: 'two_records', domain });
    if (texts[0] === undefined) return undefined;
    const record = parseSpf(texts[0]);
    if ('badTerm' in record) throw new Broken({ kind: 'bad_term', domain, term: record.badTerm });
    return record;
  }

  /** Of `include` and `redirect`: the other record must be there. Undefined: which one it is hangs on the client. */
  async function include(value: string, domain: string): Promise<SpfResult | undefined> {
    spendLookUp();
    const name = nameIn(value, domain);
    if (name === undefined && client === null) return undefined;
    const result = name === undefined ? undefined : await checkHost(name);
    if (result === undefined) throw new Broken({ kind: 'missing', domain: name ?? value });
    return result;
  }

  async function matches({ mechanism, value, v4, v6 }: Directive, domain: string): Promise<boolean> {
    switch (mechanism) {
      case 'all':
        return true;
      case 'ip4':
      case 'ip6':
        return client !== null && isWithin(client.ip, value, v4, v6);
      case 'include':
        return (await include(value, domain)) === 'pass';
      case 'ptr':
        spendLookUp();
        hasPtr = true;
        return false;
      case 'exists':
        spendLookUp();
        return client !== null && (await addressesOf(nameIn(value, domain), 4)).length > 0;
      case 'a':
        spendLookUp();
        return isAmong(await hostAddresses(value === '' ? domain : nameIn(value, domain)), v4, v6);
      case 'mx': {
        spendLookUp();
        const name = value === '' ? domain : nameIn(value, domain);
        const hosts = name === undefined ? [] : recordsOf(name, await dns.mx(name));
        if (hosts.length > MAX_NAMES) throw new Broken({ kind: 'too_many_names', domain: name ?? value });
        for (const { exchange } of hosts)
          if (exchange !== '' && isAmong(await hostAddresses(exchange), v4, v6)) return true;
        return false;
      }
    }
  }

  /** In the family of the client; of nobody, in the first that there is. */
  async function hostAddresses(name: string | undefined): Promise<string[]> {
    if (client !== null) return addressesOf(name, isIPv4(client.ip) ? 4 : 6);
    const first = name === undefined ? undefined : await dns.addresses(name, 4);
    return first?.kind === 'found' ? first.records : addressesOf(name, 6);
  }

  const addressesOf = async (name: string | undefined, family: 4 | 6): Promise<string[]> =>
    name === undefined ? [] : recordsOf(name, await dns.addresses(name, family));

  const isAmong = (addresses: readonly string[], v4: number, v6: number) =>
    client !== null && addresses.some((address) => isWithin(client.ip, address, v4, v6));

  /** Undefined: no name that DNS could have, or one that hangs on a client where there is none. */
  function nameIn(value: string, domain: string): string | undefined {
    if (client === null && value.includes('%')) return undefined;
    const name = client === null ? value : expandMacros(value, domain, client);
    const labels = name.replace(/\.$/, '').split('.');
    // Long ones lose labels from the left (RFC 7208, 7.3).
    while (labels.join('.').length > 253) labels.shift();
    return labels.every((label) => label !== '' && label.length < 64) ? labels.join('.') : undefined;
  }

  return { checkHost, spent: () => ({ lookUps, hasPtr }) };
}

function isWithin(ip: string, network: string, v4: number, v6: number): boolean {
  const family = isIPv4(ip) ? 'ipv4' : 'ipv6';
  if (family === 'ipv4' ? !isIPv4(network) : !isIPv6(network)) return false;
  const list = new BlockList();
  list.addSubnet(network, family === 'ipv4' ? v4 : v6, family);
  return list.check(ip, family);
}
