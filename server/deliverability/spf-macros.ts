/** Macros in SPF records (RFC 7208, 7). */
import { isIPv4 } from 'node:net';

export interface SpfClient {
  ip: string;
  /** The envelope sender. */
  sender: string;
  /** The name it greets with. */
  helo: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '%%': '%', '%_': ' ', '%-': '%20' };
const MACRO = /%\{([slodiphcrtv])(\d*)(r?)([.\-+,/_=]*)\}|%[%_-]/gi;

export function expandMacros(text: string, domain: string, { ip, sender, helo }: SpfClient): string {
  const at = sender.lastIndexOf('@');
  const values: Readonly<Record<string, string>> = {
    s: sender,
    l: sender.slice(0, at) || 'postmaster',
    o: sender.slice(at + 1),
    d: domain,
    i: isIPv4(ip) ? ip : nibbles(ip).join('.'),
    // Nobody should use it; RFC 7208 lets it be unknown.
    p: 'unknown',
    v: isIPv4(ip) ? 'in-addr' : 'ip6',
    h: helo,
  };
  return text.replace(
    MACRO,
    (whole: string, letter?: string, digits?: string, reverse?: string, delimiters?: string) => {
      if (letter === undefined) return ESCAPES[whole] ?? '';
      const separators = (delimiters || '.').replace(/[-/]/g, '\\$&');
      const parts = (values[letter.toLowerCase()] ?? '').split(new RegExp(`[${separators}]`));
      if (reverse) parts.reverse();
      return (digits ? parts.slice(-Number(digits)) : parts).join('.');
    },
  );
}

/** The 32 hexadecimal digits of an IPv6 address. */
function nibbles(ip: string): string[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(ip);
  const hex = (one?: string, two?: string) => (Number(one) * 256 + Number(two)).toString(16);
  const plain = dotted ? ip.replace(dotted[0], `${hex(dotted[1], dotted[2])}:${hex(dotted[3], dotted[4])}`) : ip;
  const [head = '', tail] = plain.split('::').map((half) => half.split(':').filter(Boolean)) as [string[], string[]?];
  const groups = tail ? [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail] : [...head];
  return groups.flatMap((group) => [...group.padStart(4, '0')]);
}
