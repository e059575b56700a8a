/** Every check of what recipients and mail servers see of us. All at once: none waits for another, or fails with it. */
import { CHECKS, SENDER_WORDS, UNASKED_WORDS } from '../../shared/words/deliverability';
import type { Context } from '../context';
import { identityOptions } from '../emails/sending-identity';
import { warning, type Finding } from '../finding';
import { domainOf, isPublicDomain } from '../mail-domain';
import { rememberAnswers } from './dns';
import { examineDkim } from './examine-dkim';
import { examineDmarc } from './examine-dmarc';
import { examineSpf } from './examine-spf';
import { examineGreeting, examineMx, examineRelay } from './examine-ways';

export type Examined = Pick<Context, 'config' | 'secrets' | 'dns' | 'clock' | 'log'>;

/** Empty without a mail server. */
export async function examineDeliverability(ctx: Examined): Promise<Finding[]> {
  const { config, secrets, clock } = ctx;
  if (secrets.smtpUrl === null) return [];
  const dns = rememberAnswers(ctx.dns);
  const smtpUrl = new URL(secrets.smtpUrl);
  const greeting = greetingOf(ctx) ?? '';
  const route = { relayHost: smtpUrl.hostname, greeting };
  const { findings, froms, bounces } = senderDomains(config);
  const told = createTeller(ctx);
  const parts = [
    ...bounces.map((domain) => told(CHECKS.spf, () => examineSpf(dns, domain, route))),
    told(CHECKS.dkim, () => examineDkim(dns, secrets.dkim)),
    ...froms.map((from) =>
      told(CHECKS.dmarc, () =>
        examineDmarc(dns, from, {
          dkimDomain: secrets.dkim?.domain ?? null,
          bounceDomain: config.bounces.address === null ? from : domainOf(config.bounces.address),
        }),
      ),
    ),
    ...[...new Set([...froms, ...bounces])].map((domain) => told(CHECKS.mx, () => examineMx(dns, domain))),
    told(CHECKS.relay, () => examineRelay(smtpUrl, greeting, clock.now())),
    told(CHECKS.greeting, () => examineGreeting(dns, greeting)),
  ];
  return [...findings, ...(await Promise.all(parts)).flat()];
}

/** What we greet the mail server with; undefined without one. */
export function greetingOf({ config, secrets }: Pick<Context, 'config' | 'secrets'>): string | undefined {
  return secrets.smtpUrl === null
    ? undefined
    : identityOptions(new URL(secrets.smtpUrl), { publicUrl: config.publicUrl, dkim: null }).name;
}

/** Domains to ask about, and a finding for each sender that has none. */
function senderDomains({ mailFrom, mailFromMarketing, bounces: { address } }: Context['config']) {
  const named = [
    ['MAIL_FROM', mailFrom],
    ['MAIL_FROM_MARKETING', mailFromMarketing === mailFrom ? null : mailFromMarketing],
    ['BOUNCE_ADDRESS', address],
  ].flatMap(([variable, sender]) => (sender ? [{ variable: variable ?? '', domain: domainOf(sender) }] : []));
  const isSender = ({ variable }: { variable: string }) => variable !== 'BOUNCE_ADDRESS';
  const known = named.filter(({ domain }) => isPublicDomain(domain));
  const domains = (of: typeof known) => [...new Set(of.map(({ domain }) => domain))];
  return {
    findings: named
      .filter((one) => !known.includes(one))
      .map(({ variable, domain }) =>
        warning(CHECKS.sender, SENDER_WORDS.placeholder(variable, domain), SENDER_WORDS.placeholderNext),
      ),
    froms: domains(known.filter(isSender)),
    bounces: domains(known.filter((one) => isSender(one) === (address === null))),
  };
}

/** A check that breaks off is a finding, too. */
const createTeller =
  ({ log }: Examined) =>
  async (check: string, examine: () => Promise<Finding | Finding[]>): Promise<Finding[]> => {
    try {
      return [await examine()].flat();
    } catch (error) {
      log.error({ err: error, check }, 'a check of sending broke off');
      return [warning(check, UNASKED_WORDS.brokeOff, {})];
    }
  };
