/** The ways mail takes: to the mail server, and back from recipients. */
import { CHECKS, GREETING_WORDS, MX_WORDS, RELAY_WORDS, UNASKED_WORDS } from '../../shared/words/deliverability';
import { isLoopback } from '../config';
import { identityOptions } from '../emails/sending-identity';
import { fault, ok, warning, type Finding } from '../finding';
import { findAddresses, type Dns } from './dns';
import { askRelay } from './relay';

const DAY_MS = 24 * 60 * 60_000;
/** Certificates that renew themselves do so earlier. */
const FEW_DAYS = 14;

/** Whether mail to `domain` can arrive. */
export async function examineMx(dns: Dns, domain: string): Promise<Finding> {
  const answer = await dns.mx(domain);
  if (answer.kind === 'unasked') return warning(CHECKS.mx, UNASKED_WORDS.says(domain, answer.why), UNASKED_WORDS.next);
  if (answer.kind === 'found') {
    const [first] = [...answer.records].sort((a, b) => a.priority - b.priority);
    return first && first.exchange !== ''
      ? ok(CHECKS.mx, MX_WORDS.arrives(domain, first.exchange))
      : fault(CHECKS.mx, MX_WORDS.refuses(domain), MX_WORDS.missingNext);
  }
  const host = await findAddresses(dns, domain);
  if (host.kind === 'unasked') return warning(CHECKS.mx, UNASKED_WORDS.says(domain, host.why), UNASKED_WORDS.next);
  return host.kind === 'found'
    ? warning(CHECKS.mx, MX_WORDS.implicit(domain), MX_WORDS.implicitNext)
    : fault(CHECKS.mx, MX_WORDS.missing(domain), MX_WORDS.missingNext);
}

/** `now` in epoch milliseconds. */
export async function examineRelay(smtpUrl: URL, greeting: string, now: number): Promise<Finding> {
  const { hostname: host } = smtpUrl;
  const answer = await askRelay(smtpUrl, greeting);
  if (answer.kind === 'away') return fault(CHECKS.relay, RELAY_WORDS.away(host, answer.why), RELAY_WORDS.awayNext);
  if (answer.kind === 'clear') {
    if (identityOptions(smtpUrl).requireTLS)
      return fault(CHECKS.relay, RELAY_WORDS.clearRefused(host), RELAY_WORDS.clearNext);
    return isLoopback(host)
      ? ok(CHECKS.relay, RELAY_WORDS.clearHere(host))
      : warning(CHECKS.relay, RELAY_WORDS.clear(host), RELAY_WORDS.clearNext);
  }
  if (answer.fault !== null)
    return fault(CHECKS.relay, RELAY_WORDS.distrusted(host, answer.fault), RELAY_WORDS.distrustedNext);
  const days = Math.floor((answer.expiresAt - now) / DAY_MS);
  const says = RELAY_WORDS.encrypted(host, days);
  return days < FEW_DAYS ? warning(CHECKS.relay, says, RELAY_WORDS.expiresNext) : ok(CHECKS.relay, says);
}

/** `greeting`: a name, or an address in brackets. */
export async function examineGreeting(dns: Dns, greeting: string): Promise<Finding> {
  if (greeting.startsWith('['))
    return warning(CHECKS.greeting, GREETING_WORDS.literal(greeting), GREETING_WORDS.literalNext);
  const answer = await findAddresses(dns, greeting);
  switch (answer.kind) {
    case 'found':
      return ok(CHECKS.greeting, GREETING_WORDS.resolves(greeting, answer.records[0] ?? ''));
    case 'none':
      return warning(CHECKS.greeting, GREETING_WORDS.missing(greeting), GREETING_WORDS.missingNext);
    case 'unasked':
      return warning(CHECKS.greeting, UNASKED_WORDS.says(greeting, answer.why), UNASKED_WORDS.next);
  }
}
