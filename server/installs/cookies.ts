/** Our cookies: their names and options, and reading them. */
import type { CookieOptions, Request } from 'express';
import type { Context } from '../context';

const isSecure = (ctx: Context) => ctx.config.publicUrl.startsWith('https:');

export const cookieOptions = (ctx: Context): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  secure: isSecure(ctx),
});

/** Under https with the `__Host-` prefix: no other host of the domain can plant such a cookie (RFC 6265bis). */
export function cookieNames(ctx: Context) {
  const prefix = isSecure(ctx) ? '__Host-' : '';
  return {
    session: `${prefix}tillpost_session`,
    browser: `${prefix}tillpost_browser`,
    notice: `${prefix}tillpost_notice`,
  };
}

export function readCookie(req: Request, name: string): string | undefined {
  const pair = (req.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) || undefined;
}
