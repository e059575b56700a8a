/** The domain of an address that we send from. */
import { domainToASCII } from 'node:url';

/** Of `hello@example.com` or `Name <hello@example.com>`, in lower-case ASCII as DNS has it. */
export function domainOf(sender: string): string {
  const address = /<([^<>]+)>\s*$/.exec(sender)?.[1] ?? sender;
  const domain = address.slice(address.lastIndexOf('@') + 1).trim();
  return domainToASCII(domain) || domain.toLowerCase();
}

/** This machine's own (RFC 6761). */
const OWN = /(^|\.)(localhost|localdomain)$/;
/** Kept from use by RFC 6761 and 6762, and what documentation writes (RFC 2606), ours too. */
const RESERVED = /(^|\.)(test|invalid|local|example)$|^example\.(com|net|org)$/;

/** Not a host of this machine, a single name or an IP address: somebody else may be able to answer. */
export const isAnswerable = (domain: string): boolean =>
  /^[^.[\]]+(\.[^.[\]]+)*\.[^.[\]]*[a-z][^.[\]]*$/i.test(domain) && !OWN.test(domain);

/** Whether the domain can have an owner in DNS. */
export const isPublicDomain = (domain: string): boolean => isAnswerable(domain) && !RESERVED.test(domain);
