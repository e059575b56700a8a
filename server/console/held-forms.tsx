/** Forms that were sent signed out, or signed in or switched since their page was loaded: nothing that was typed is lost. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { ReactElement } from 'react';
import type { Context } from '../context';
import { AppError } from '../errors';
import {
  isUpload,
  LARGE_FORM,
  OutdatedForm,
  readForm,
  readSmallUpload,
  sessionOf,
  uploadOf,
} from '../installs/session-middleware';
import { HeldFilePage, HeldFormPage, type HeldFields } from './home/held-form';
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
    ...readForm(ctx, LARGE_FORM).map(ofSignedOut),
    ...readSmallUpload.map(ofSignedOut),
    ofSignedOut((req, res, next) => {
      const page = heldForm(ctx, req, res);
      if (!page) return next();
      sendPage(ctx, res, page, { status: 403 });
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
    const page = isHeld ? heldForm(ctx, req, res) : null;
    if (!page) return next(error);
    await tryViewer(ctx, res);
    sendPage(ctx, res, page, { status: 403 });
  };
}

/** The page for a form that was read; null when there is nothing to hold. */
function heldForm(ctx: Context, req: Request, res: Response): ReactElement | null {
  const form = { action: req.originalUrl, fields: heldFields(req.body), ways: waysIn(ctx) };
  if (!isUpload(req)) return form.fields.length === 0 ? null : <HeldFormPage {...form} />;
  if (form.fields.length === 0 || uploadOf(res).length > 0) return <HeldFilePage ways={form.ways} />;
  return <HeldFormPage {...form} encType="multipart/form-data" />;
}

/** Never written into a page again: secrets, and what confirms that something is deleted or imported, which is said anew. */
const NOT_HELD = ['csrf_token', 'key', 'secret', 'password', 'account', 'count', 'is_about_else'];

const heldFields = (body: unknown): HeldFields =>
  Object.entries((body ?? {}) as Record<string, string | string[]>)
    .filter(([name]) => !NOT_HELD.includes(name))
    .flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const));
