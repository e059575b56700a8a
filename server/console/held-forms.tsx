/** Forms that were sent signed out, or signed in or switched since their page was loaded: nothing that was typed is lost. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Context } from '../context';
import { AppError } from '../errors';
import { OutdatedForm, readForm, sessionOf } from '../installs/session-middleware';
import { HeldFormPage, type HeldFields } from './home/held-form';
import { waysIn } from './home/routes';
import { sendPage } from './send';
import { tryViewer } from './viewer';

/** Comes after readSession and before requireSession. 403 with the page that holds the form; it does nothing yet. */
export function holdForms(ctx: Context): RequestHandler[] {
  const ofSignedOut =
    (handler: RequestHandler): RequestHandler =>
    (req, res, next) =>
      req.method === 'POST' && !sessionOf(res) ? handler(req, res, next) : next();
  return [
    ofSignedOut((req, _res, next) => {
      // A piece of the page that is left as it is: it says so, and sends all of itself later.
      if (req.get('hx-request')) throw new AppError('unauthorized', 'You are signed out.');
      next();
    }),
    ...readForm(ctx).map(ofSignedOut),
    ofSignedOut((req, res, next) => {
      const fields = heldFields(req.body);
      // A file can't be held.
      if (fields.length === 0) return next();
      sendPage(ctx, res, <HeldFormPage action={req.originalUrl} fields={fields} ways={waysIn(ctx)} />, { status: 403 });
    }),
  ];
}

/**
 * Whoever signed in or switched since is asked before the form is sent, with the account it then goes to. That is the check that the
 * CSRF token would be: no other site can make this page's button be pressed, for nobody may frame it.
 */
export function askForOutdated(ctx: Context, sections: readonly string[]): ErrorRequestHandler {
  return async (error, req, res, next) => {
    const isHeld =
      error instanceof OutdatedForm &&
      error.isOurs &&
      sessionOf(res) &&
      !req.get('hx-request') &&
      sections.some((section) => req.path === section || req.path.startsWith(`${section}/`));
    const fields = isHeld ? heldFields(req.body) : [];
    if (fields.length === 0) return next(error);
    await tryViewer(ctx, res);
    sendPage(ctx, res, <HeldFormPage action={req.originalUrl} fields={fields} ways={waysIn(ctx)} />, { status: 403 });
  };
}

/** Never written into a page again: secrets, and what confirms that something is deleted or imported, which is said anew. */
const NOT_HELD = ['csrf_token', 'key', 'secret', 'password', 'account', 'count'];

const heldFields = (body: unknown): HeldFields =>
  Object.entries((body ?? {}) as Record<string, string | string[]>)
    .filter(([name]) => !NOT_HELD.includes(name))
    .flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const));
