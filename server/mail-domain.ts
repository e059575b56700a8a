/** The domain of an address that we send from. */
import { domainToASCII } from 'node:url';

/** Of `hello@example.com` or `Name <hello@example.com>`, in lower-case ASCII as DNS has it. */
export function domainOf(sender: string): string {
  const address = /<([^<>]+)>\s*$/.exec(sender)?.[1] ?? sender;
  const domain = address.slice(address.lastIndexOf('@') + 1).trim();
  return domainToASCII(domain) || domain.toLowerCase();
}

/** Kept from use by RFC 6761 and 6762. */
const RESERVED = /(^|\.)(localhost|test|invalid|local|localdomain)$/;
/** RFC 2606: what documentation writes, ours too. */
const PLACEHOLDER = /^(?:example\.(com|net|org)|(.+\.)?example)$/;

/** Whether mail from this domain can have an owner in DNS: not a host of this machine, an IP address or a placeholder. */
export const isPublicDomain = (domain: string): boolean =>
  /^[^.[\]]+(\.[^.[\]]+)*\.[^.[\]]*[a-z][^.[\]]*$/i.test(domain) && !RESERVED.test(domain) && !PLACEHOLDER.test(domain);
