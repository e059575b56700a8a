/** Who we are to the mail server and to those who get the mail: the name we greet with, encryption, DKIM. */
import { isLoopback, type Secrets } from '../config';

export interface SendingIdentity {
  publicUrl: string;
  dkim: Secrets['dkim'];
}

/**
 * What DKIM signs. Not Date and Message-ID: relays that write their own (Amazon SES) would break the signature.
 * RFC 8058 demands both headers of the one-click unsubscribe.
 */
const SIGNED =
  'From:Reply-To:To:Subject:MIME-Version:Content-Type:Content-Transfer-Encoding:' +
  'Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post';

/** Options of nodemailer, by SMTP_URL. */
export function identityOptions(smtpUrl: URL, identity?: SendingIdentity) {
  const { publicUrl, dkim } = identity ?? {};
  return {
    name: smtpUrl.searchParams.get('name') ?? (publicUrl === undefined ? undefined : greetingName(publicUrl)),
    requireTLS: requiresTls(smtpUrl),
    ...(dkim
      ? {
          dkim: {
            domainName: dkim.domain,
            keySelector: dkim.selector,
            privateKey: dkim.privateKey,
            headerFieldNames: SIGNED,
          },
        }
      : {}),
  };
}

/** The host; an IP address as RFC 5321 (4.1.3) writes it. */
function greetingName(publicUrl: string): string {
  const host = new URL(publicUrl).hostname;
  if (host.startsWith('[')) return `[IPv6:${host.slice(1, -1)}]`;
  return /^[\d.]+$/.test(host) ? `[${host}]` : host;
}

/** A password must not cross a network in clear, also where somebody between hides that the server offers STARTTLS. */
function requiresTls({ searchParams, password, hostname }: URL): boolean {
  const wish = searchParams.get('tls');
  return wish === null ? password !== '' && !isLoopback(hostname) : wish === 'required';
}
