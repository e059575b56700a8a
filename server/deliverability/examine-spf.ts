/** SPF of the domains that bounces go to: recipients ask about the return path, not about the From line. */
import { isIP } from 'node:net';
import { CHECKS, SPF_WORDS as WORDS, UNASKED_WORDS } from '../../shared/words/deliverability';
import { isLoopback } from '../config';
import { fault, ok, skipped, warning, type Finding, type Remedy } from '../finding';
import { findAddresses, type Dns } from './dns';
import { evaluateSpf, type SpfOutcome, type SpfProblem } from './spf';

export interface Route {
  /** Of SMTP_URL, as a URL has it. */
  relayHost: string;
  /** What we greet with. */
  greeting: string;
}

export async function examineSpf(dns: Dns, domain: string, route: Route): Promise<Finding[]> {
  const [whole, addresses] = await Promise.all([evaluateSpf(dns, domain, null), findSenders(dns, route)]);
  if (whole.problem) return [broken(domain, whole.problem, route)];
  const asides = sayAside(domain, whole);
  for (const ip of addresses) {
    const client = { ip, sender: `postmaster@${domain}`, helo: route.greeting };
    const { result, problem } = await evaluateSpf(dns, domain, client);
    if (problem) return [broken(domain, problem, route)];
    if (result === 'pass') return [ok(CHECKS.spf, WORDS.passes(domain, ip, whole.lookUps)), ...asides];
  }
  if (whole.result === 'pass') return asides;
  const says = WORDS.notNamed(domain, route.relayHost, addresses, whole.lookUps);
  return [skipped(CHECKS.spf, says, WORDS.notNamedNext(route.relayHost)), ...asides];
}

async function findSenders(dns: Dns, route: Route): Promise<string[]> {
  const host = senderHost(route);
  if (host === undefined) return [];
  if (isIP(host)) return [host];
  const answer = await findAddresses(dns, host);
  return answer.kind === 'found' ? answer.records : [];
}

/** Where mail may leave from, as far as it can be known: a server on this machine leaves by the address of its name. */
function senderHost({ relayHost, greeting }: Route): string | undefined {
  const host = (isLoopback(relayHost) ? greeting : relayHost).replace(/^\[(IPv6:)?|\]$/gi, '');
  return isLoopback(host) || host === '::1' ? undefined : host;
}

function sayAside(domain: string, { result, hasPtr }: SpfOutcome): Finding[] {
  return [
    ...(result === 'pass' ? [fault(CHECKS.spf, WORDS.anybody(domain), WORDS.anybodyNext)] : []),
    ...(result === 'neutral' ? [warning(CHECKS.spf, WORDS.openEnd(domain), WORDS.openEndNext)] : []),
    ...(hasPtr ? [warning(CHECKS.spf, WORDS.ptr(domain), WORDS.ptrNext)] : []),
  ];
}

function broken(domain: string, problem: SpfProblem, route: Route): Finding {
  const faultBy = (says: string, remedy: string | Remedy) => fault(CHECKS.spf, says, remedy);
  switch (problem.kind) {
    case 'unasked':
      return warning(CHECKS.spf, UNASKED_WORDS.says(problem.domain, problem.why), UNASKED_WORDS.next);
    case 'missing': {
      if (problem.domain !== domain)
        return faultBy(WORDS.missingInside(domain, problem.domain), WORDS.missingInsideNext);
      const remedy = { next: WORDS.missingNext, ...suggest(domain, senderHost(route)) };
      return warning(CHECKS.spf, WORDS.missing(domain), remedy);
    }
    case 'two_records':
      return faultBy(WORDS.twoRecords(problem.domain), WORDS.twoRecordsNext);
    case 'bad_term':
      return faultBy(WORDS.badTerm(problem.domain, problem.term), WORDS.badTermNext);
    case 'too_many_look_ups':
      return faultBy(WORDS.tooManyLookUps(domain), WORDS.tooManyLookUpsNext);
    case 'too_many_void_look_ups':
      return faultBy(WORDS.tooManyVoidLookUps(domain), WORDS.tooManyVoidLookUpsNext);
    case 'too_many_names':
      return faultBy(WORDS.tooManyNames(domain, problem.domain), WORDS.tooManyNamesNext);
  }
}

function suggest(domain: string, host: string | undefined): Remedy {
  if (host === undefined) return {};
  const term = { 4: 'ip4', 6: 'ip6' }[isIP(host)] ?? 'a';
  return { record: { type: 'TXT', name: domain, value: `v=spf1 ${term}:${host} ~all` } };
}
