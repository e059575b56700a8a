/**
 * What names an email to the outside: its id with a signature, in a header and in its return path. Short and without
 * capitals, for before the @ of an address there is room for 64 characters, and some mail servers lower them.
 */
import type { Context } from '../context';

export const EMAIL_HEADER = 'X-Tillpost-Email';
const PURPOSE = 'email token';
const ID = /^eml_([0-9a-f]{32})$/;
const TOKEN = /^([0-9a-f]{32})([0-9a-f]{16})$/;

export type TokenContext = Pick<Context, 'config' | 'vault'>;

export function emailToken({ vault }: Pick<Context, 'vault'>, id: string): string {
  const [, digits = ''] = ID.exec(id) ?? [];
  return digits + vault.tag(digits, PURPOSE);
}

/** The id of the email; undefined for a token that we didn't make. */
export function readEmailToken({ vault }: Pick<Context, 'vault'>, token: string): string | undefined {
  const [, digits, tag] = TOKEN.exec(token.trim().toLowerCase()) ?? [];
  return digits && tag && vault.isTagged(digits, tag, PURPOSE) ? `eml_${digits}` : undefined;
}

/** Postmark gives back nothing of an email but what stands in headers of its own. */
export function tracingHeaders(ctx: TokenContext, id: string): Record<string, string> {
  const token = emailToken(ctx, id);
  return {
    [EMAIL_HEADER]: token,
    ...(ctx.config.bounces.isPostmark ? { [`X-PM-Metadata-${POSTMARK_FIELD}`]: token } : {}),
  };
}

/** What the token is called there. */
export const POSTMARK_FIELD = 'tillpost-email';

/** The envelope of an email whose bounces come to BOUNCE_ADDRESS (variable envelope return path); empty without one. */
export function returnPath(ctx: TokenContext, id: string, to: string) {
  const [name, domain] = ctx.config.bounces.address?.split('@') ?? [];
  return name && domain ? { envelope: { from: `${name}+${emailToken(ctx, id)}@${domain}`, to } } : {};
}
