/**
 * Links that lead through us so that a click is counted. The token holds the address itself, signed: it leads nowhere but
 * there, needs no row, and outlives retention, the contact and the install.
 */
import type { EmailKind } from '../../shared/api';
import type { Settings } from '../../shared/settings';
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { isStripeHost } from '../stripe';

const PURPOSE = 'click';
/** Some mail programs cut longer links off (2,083 characters was Internet Explorer's limit). */
const MAX_LENGTH = 2_000;
/** More links than this in one email stay as they are: each costs its signature and 200 characters. */
const MAX_LINKS = 200;

export interface ClickLink {
  tenant: Tenant;
  emailId: string;
  /** http or https. */
  url: string;
}

type LinkContext = Pick<Context, 'config' | 'vault'>;

export const countsClicks = ({ track }: Settings, kind: EmailKind): boolean =>
  track.clicks && (kind === 'marketing' || track.transactional);

/** The email's HTML with its links leading through us. Its HTML is our own renderer's: every `<a href="` in it is a link. */
export function wrapLinks(ctx: LinkContext, tenant: Tenant, emailId: string, html: string): string {
  let left = MAX_LINKS;
  return html.replace(/(<a\s[^>]*?\bhref=")([^"]+)(?=")/g, (link, before: string, href: string) => {
    const url = href.replaceAll('&amp;', '&');
    if (left === 0 || !isCounted(ctx, url)) return link;
    const wrapped = clickUrl(ctx, { tenant, emailId, url });
    if (wrapped.length > MAX_LENGTH) return link;
    left--;
    return before + wrapped;
  });
}

/**
 * Not what must work whatever becomes of us: leaving (a page of ours), and paying. Stripe's pages have to be recognised by
 * their address before they are opened.
 */
function isCounted({ config }: LinkContext, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, origin, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return false;
  return origin !== new URL(config.publicUrl).origin && !isStripeHost(hostname);
}

function clickUrl({ config, vault }: LinkContext, { tenant, emailId, url }: ClickLink): string {
  const text = [tenant.accountId, tenant.livemode ? 'live' : 'test', emailId, url].join(' ');
  return `${config.publicUrl}/c/${vault.sign(text, PURPOSE)}`;
}

/** Undefined for a token that we didn't make. */
export function readClickToken({ vault }: Pick<Context, 'vault'>, token: string): ClickLink | undefined {
  const [accountId, mode, emailId, url] = vault.verify(token, PURPOSE)?.split(' ') ?? [];
  if (!accountId || !emailId || !url || !/^https?:\/\//.test(url)) return undefined;
  return { tenant: { accountId, livemode: mode === 'live' }, emailId, url };
}
