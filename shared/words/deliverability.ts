/**
 * What the checks of sending say, in the console and in `npm run doctor`: a sentence without capital and full stop, which
 * doesn't begin with a name, and what to do.
 */

import type { StatusWords } from './statuses';

export const CHECKS = {
  sender: 'Sender',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  mx: 'MX',
  relay: 'Mail server',
  greeting: 'EHLO name',
} as const;

export const SENDER_WORDS = {
  /** Completes the sentence that a variable's name begins. */
  unanswerable: 'must be of a domain of yours: nobody can answer an IP address, localhost or a single name',
  placeholder: (variable: string, domain: string) =>
    `${variable} is of ${domain}, which is nobody’s: recipients refuse it`,
  placeholderNext: 'set it to an address of a domain of yours before real mail goes out',
};

const count = (lookUps: number) => `${lookUps} of 10 look-ups`;

export const SPF_WORDS = {
  passes: (domain: string, address: string, lookUps: number) =>
    `mail with a return path at ${domain} passes: its record lets ${address} send, and costs ${count(lookUps)}`,
  /** No address of ours is in it. `addresses` are those we know of, if any. */
  notNamed: (domain: string, relay: string, addresses: readonly string[], lookUps: number) =>
    `the record of ${domain} is sound (${count(lookUps)}), but does not let ${
      addresses.length > 0 ? listed(addresses) : 'any address we know of'
    } send; which addresses ${relay} sends from can’t be seen from here`,
  notNamedNext: (relay: string) =>
    `compare it with the record that the provider of ${relay} asks for, and look for spf=pass in an email that arrived`,
  anybody: (domain: string) => `the record of ${domain} lets anybody send: whoever likes can write in its name`,
  anybodyNext: 'let the record end in ~all or -all instead of +all',
  openEnd: (domain: string) => `the record of ${domain} does not say that others may not send`,
  openEndNext: 'let the record end in ~all or -all',
  missing: (domain: string) => `there is no SPF record for ${domain}, the domain of the return path`,
  missingNext:
    'publish one that names the mail server if that sends by itself; a mail provider asks for a record of its own, or uses a return path of its own',
  twoRecords: (domain: string) => `there are two SPF records for ${domain}: recipients use neither`,
  twoRecordsNext: 'put all their terms into one record',
  badTerm: (domain: string, term: string) =>
    `the SPF record of ${domain} has a term that nobody can read, “${term}”: recipients take the whole record for broken`,
  badTermNext: 'correct or remove the term',
  missingInside: (domain: string, inside: string) =>
    `the SPF record of ${domain} leads to ${inside}, which has none: recipients take the whole record for broken`,
  missingInsideNext: 'correct or remove the term that leads there',
  tooManyLookUps: (domain: string) =>
    `the SPF record of ${domain} costs more than 10 look-ups: recipients take it for broken`,
  tooManyLookUpsNext: 'remove the include, a and mx terms that nothing sends by any more',
  tooManyVoidLookUps: (domain: string) =>
    `the SPF record of ${domain} leads to more than 2 names that don’t exist: recipients take it for broken`,
  tooManyVoidLookUpsNext: 'remove the terms that lead nowhere',
  tooManyNames: (domain: string, inside: string) =>
    `the SPF record of ${domain} asks for the mail servers of ${inside}, which has more than 10: recipients take it for broken`,
  tooManyNamesNext: 'name the networks by ip4 and ip6 instead of mx',
  ptr: (domain: string) => `the record of ${domain} uses ptr, which recipients need not follow`,
  ptrNext: 'name the addresses by a, ip4 or ip6 instead',
};

export const DKIM_WORDS = {
  fits: (domain: string) => `mail is signed by ${domain}, and the key in DNS fits ours`,
  fitsInTestMode: (domain: string) =>
    `mail is signed by ${domain}, but the record says t=y: recipients may treat it as unsigned`,
  testModeNext: 'publish the record without t=y',
  missing: (name: string) => `there is no key at ${name}: our signature can’t be verified`,
  revoked: (name: string) => `the key at ${name} is revoked (its p= is empty): our signature counts for nothing`,
  otherKey: (name: string) => `the key at ${name} is another than DKIM_PRIVATE_KEY: our signature is taken for forged`,
  unreadable: (name: string) => `the record at ${name} is none that a verifier can read`,
  unfit: (name: string, tag: string) => `the record at ${name} says ${tag}: our signature (RSA, SHA-256) is not taken`,
  twoRecords: (name: string) => `there are two records at ${name}: which one counts is left to chance`,
  publish: 'publish this record',
  publishInstead: 'publish this record in its place; where two keys are in use, sign under another selector',
  unsigned:
    'mail is not signed by Tillpost (DKIM_DOMAIN is not set); whether your mail provider signs it can’t be seen from here',
  unsignedNext: 'look for dkim=pass in an email that arrived; where there is none, let Tillpost sign',
};

export const DMARC_WORDS = {
  covered: ({ from, domain, policy }: Coverage, ways: readonly string[]) =>
    `mail from ${from} is covered by ${recordOf(from, domain)} with the policy ${policy}, and our ${ways.join(' and our ')} ${
      ways.length > 1 ? 'fit' : 'fits'
    } it`,
  returnPath: (domain: string) => `return path (${domain})`,
  signature: (domain: string) => `signature (${domain})`,
  /** Nothing that we know of is aligned. */
  notAligned: ({ from, domain, policy }: Coverage) =>
    `mail from ${from} is covered by ${recordOf(from, domain)} with the policy ${policy}, but neither our return path nor a signature of ours fits it${
      policy === 'none' ? '' : ': recipients will turn it down unless your mail provider signs it with this domain'
    }`,
  notAlignedNext: 'take DKIM_DOMAIN and BOUNCE_ADDRESS of the same domain as the sender',
  alignmentUnasked: ({ from, domain, policy }: Coverage) =>
    `mail from ${from} is covered by ${recordOf(from, domain)} with the policy ${policy}; whether our return path or signature fits it could not be asked`,
  missing: (from: string) =>
    `there is no DMARC record that covers mail from ${from}: large mailbox providers refuse much mail without`,
  missingNext: 'publish this to begin with; once all your mail passes, p=quarantine protects your name',
  twoRecords: (domain: string) => `there are two DMARC records for ${domain}: recipients use neither`,
  twoRecordsNext: 'keep one of them',
  badPolicy: (domain: string) => `the DMARC record of ${domain} has no valid policy: recipients ignore it`,
  badPolicyNext: 'give it p=none, p=quarantine or p=reject',
};

interface Coverage {
  from: string;
  /** Of the record. */
  domain: string;
  policy: string;
}

const recordOf = (from: string, domain: string) => (from === domain ? 'its own record' : `the record of ${domain}`);

export const MX_WORDS = {
  arrives: (domain: string, exchange: string) => `answers and bounces to ${domain} can arrive, at ${exchange}`,
  implicit: (domain: string) =>
    `there is no MX record for ${domain}: answers and bounces go to the host of that name, which may take no mail`,
  implicitNext: 'publish an MX record that names the server that takes its mail',
  refuses: (domain: string) =>
    `the MX record of ${domain} says that it takes no mail: answers and bounces are lost, and some recipients refuse its mail`,
  missing: (domain: string) =>
    `there is no MX record and no address for ${domain}: answers and bounces are lost, and many recipients refuse its mail`,
  missingNext: 'publish an MX record, or send from a domain that takes mail',
};

export const RELAY_WORDS = {
  away: (host: string, why: string) => `the mail server ${host} does not answer: ${why}`,
  awayNext: 'look at SMTP_URL, and whether this machine may reach that port',
  encrypted: (host: string, days: number) =>
    `the connection to ${host} is encrypted; its certificate is valid for another ${days === 1 ? 'day' : `${days} days`}`,
  expiresNext: 'renew the certificate: once it has expired, nothing is sent',
  distrusted: (host: string, why: string) => `the certificate of ${host} is not valid (${why}): nothing is sent`,
  distrustedNext: 'give the server a certificate for this name, or use the name that its certificate has',
  clearHere: (host: string) => `the connection to ${host} stays on this machine, without encryption`,
  clear: (host: string) => `the mail server ${host} offers no encryption: mail crosses the network in clear`,
  clearNext: 'use a server or port that offers it (STARTTLS at 587, smtps at 465)',
  clearRefused: (host: string) =>
    `the mail server ${host} offers no encryption, which SMTP_URL requires: nothing is sent`,
};

export const GREETING_WORDS = {
  resolves: (name: string, address: string) => `the name we greet with, ${name}, leads to ${address}`,
  missing: (name: string) => `the name we greet with, ${name}, leads to no address: some mail servers refuse that`,
  missingNext: 'give the name an address in DNS, or choose another by name= in SMTP_URL',
  literal: (name: string) => `we greet with ${name} instead of a name: some mail servers refuse that`,
  literalNext: 'choose a name that leads to this machine by name= in SMTP_URL',
};

export const UNASKED_WORDS = {
  says: (what: string, why: string) => `whether it is in order could not be asked: ${what}, ${why}`,
  next: 'check again in a while; look at the name servers of this machine and of the domain',
  brokeOff: 'this check broke off by a fault of Tillpost, which is in its log',
};

/** Of the console's page. */
export const SENDING_PAGE_WORDS = {
  title: 'Whether mail can arrive',
  lead: 'What recipients look up about its domain, and the way to its mail server. The same for every account here.',
  check: 'Check now',
  running: 'Checking…',
  summary: (faults: number, warnings: number): string =>
    faults + warnings === 0
      ? 'Nothing to mend.'
      : `${[faults > 0 && `${faults} to mend`, warnings > 0 && `${warnings} to look at`].filter(Boolean).join(', ')}.`,
  noServer: 'No mail server is set up',
  noServerLead:
    'Emails are captured: they can be read under Emails, and nobody gets them. Whoever runs this Tillpost sets SMTP_URL and MAIL_FROM to send them.',
  publish: 'Record to publish',
};

/** How a finding is marked. */
export const FINDING_WORDS = {
  fault: { tone: 'bad', label: 'To mend' },
  warning: { tone: 'warn', label: 'To look at' },
  ok: { tone: 'good', label: 'In order' },
  skipped: { tone: 'plain', label: 'Can’t be told' },
} as const satisfies Record<string, StatusWords>;

const listed = (items: readonly string[]): string =>
  items.length <= 3 ? items.join(', ') : `${items.slice(0, 3).join(', ')} and ${items.length - 3} more`;
