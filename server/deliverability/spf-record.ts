/** An SPF record's text as terms (RFC 7208, 4.6.1 and 5). */
import { isIPv4, isIPv6 } from 'node:net';

export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral';

const MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'] as const;

export interface Directive {
  /** What the record says of who matches. */
  result: SpfResult;
  mechanism: (typeof MECHANISMS)[number];
  /** The domain, with its macros, or the network; empty where none is given. */
  value: string;
  /** Prefix lengths. */
  v4: number;
  v6: number;
}

export interface SpfRecord {
  directives: Directive[];
  redirect?: string;
}

const RESULTS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;
const TERM = /^([+\-~?]?)([a-z\d]+)(?::([^\s]*?))?(\/(\d{1,2}))?(\/\/(\d{1,3}))?$/i;
const MODIFIER = /^([a-z][\w.-]*)=(.*)$/i;
const MACRO_STRING = /^(%\{[slodiphcrtv]\d*r?[.\-+,/_=]*\}|%%|%_|%-|[\x21-\x24\x26-\x7e])*$/i;

export const isSpf = (text: string): boolean => /^v=spf1( |$)/i.test(text);

/** The record, or the first term that nobody can read. */
export function parseSpf(text: string): SpfRecord | { badTerm: string } {
  const record: SpfRecord = { directives: [] };
  const modifiers = new Set<string>();
  for (const term of text.split(/ +/).slice(1).filter(Boolean)) {
    const [, name, value = ''] = MODIFIER.exec(term) ?? [];
    if (name === undefined) {
      const directive = parseDirective(term);
      if (!directive) return { badTerm: term };
      record.directives.push(directive);
      continue;
    }
    const key = name.toLowerCase();
    const isOurs = key === 'redirect' || key === 'exp';
    if (!MACRO_STRING.test(value) || (isOurs && (value === '' || modifiers.has(key)))) return { badTerm: term };
    modifiers.add(key);
    if (key === 'redirect') record.redirect = value;
  }
  return record;
}

function parseDirective(term: string): Directive | undefined {
  // The address of ip6 has colons of its own.
  const [, sign = '', name = '', value, cidr4, v4, cidr6, v6] = TERM.exec(term) ?? [];
  const mechanism = MECHANISMS.find((one) => one === name.toLowerCase());
  if (!mechanism || value === '' || !MACRO_STRING.test(value ?? '')) return undefined;
  const directive = { result: RESULTS[(sign || '+') as '+'], mechanism, value: value ?? '' };
  const isInRange = Number(v4 ?? 0) <= 32 && Number(v6 ?? 0) <= 128;
  switch (mechanism) {
    case 'all':
      return term.length === sign.length + 3 ? { ...directive, v4: 32, v6: 128 } : undefined;
    case 'include':
    case 'exists':
      return value && !cidr4 && !cidr6 ? { ...directive, v4: 32, v6: 128 } : undefined;
    case 'ptr':
      return cidr4 || cidr6 ? undefined : { ...directive, v4: 32, v6: 128 };
    case 'a':
    case 'mx':
      return isInRange ? { ...directive, v4: Number(v4 ?? 32), v6: Number(v6 ?? 128) } : undefined;
    case 'ip4':
      return value && isIPv4(value) && !cidr6 && isInRange ? { ...directive, v4: Number(v4 ?? 32), v6: 0 } : undefined;
    case 'ip6':
      return parseIp6(term, directive);
  }
}

/** Its prefix stands behind one slash. */
function parseIp6(term: string, directive: Omit<Directive, 'v4' | 'v6'>): Directive | undefined {
  const [, address = '', prefix = '128'] = /^[+\-~?]?ip6:([^/]+)(?:\/(\d{1,3}))?$/i.exec(term) ?? [];
  return isIPv6(address) && Number(prefix) <= 128
    ? { ...directive, value: address, v4: 0, v6: Number(prefix) }
    : undefined;
}
