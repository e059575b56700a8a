/**
 * What the next page says of the form that led to it, in a cookie of a minute: said once, not again on a reload, and not
 * asked for by a link from elsewhere. Signed, and for one address only, so that no other tab takes it.
 */
import type { Response } from 'express';
import type { Context } from '../context';
import { cookieNames, cookieOptions, readCookie } from './cookies';

export interface LeftNotice {
  /** Which of the console's words. */
  done: string;
  /** What they are about, where they name it. */
  about?: string;
}

const PURPOSE = 'notice';
const KEPT_MS = 60_000;

/** `path`, for the redirect that shows it. */
export function leaveNotice(ctx: Context, res: Response, path: string, { done, about }: LeftNotice): string {
  const text = JSON.stringify([path, ctx.clock.now() + KEPT_MS, done, about]);
  res.cookie(cookieNames(ctx).notice, ctx.vault.sign(text, PURPOSE), { ...cookieOptions(ctx), maxAge: KEPT_MS });
  return path;
}

/** The notice left for the page that this answers, which is then gone. */
export function takeNotice(ctx: Context, res: Response): LeftNotice | undefined {
  const { req } = res;
  const token = readCookie(req, cookieNames(ctx).notice);
  // A list that refreshes itself isn't what the person waits for.
  if (token === undefined || req.get('hx-request')) return undefined;
  const text = ctx.vault.verify(token, PURPOSE);
  if (text === undefined) return undefined;
  const [path, until, done, about] = JSON.parse(text) as [string, number, string, string | null];
  if (path !== req.originalUrl || until < ctx.clock.now()) return undefined;
  res.clearCookie(cookieNames(ctx).notice, cookieOptions(ctx));
  return { done, ...(about === null ? {} : { about }) };
}
