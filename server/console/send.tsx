/** Responds with a page: the reader's language and time zone, security headers, what just happened. */
import type { ReactElement } from 'react';
import type { Response } from 'express';
import helmet from 'helmet';
import type { Context } from '../context';
import type { NextStep } from '../installs/problems';
import { csrfTokenOf } from '../installs/session-middleware';
import { loadAssets } from './assets';
import { createFormats, pickLocale, type Formats } from './format';
import { noticeFor, type Notice } from './notices';
import { renderPage, type PageState } from './page';
import { ProblemPage } from './problem';
import { timeZoneOf, viewerOf } from './viewer';

export const ASSETS = loadAssets();

const SELF = ["'self'"];
const pageHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: SELF,
      styleSrc: SELF,
      imgSrc: ["'self'", 'data:'],
      connectSrc: SELF,
      frameSrc: SELF,
      formAction: SELF,
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
  },
  // The page's own forms must show where they come from; other sites learn nothing.
  referrerPolicy: { policy: 'same-origin' },
  crossOriginEmbedderPolicy: false,
  originAgentCluster: false,
});
/** An email is shown as it is, in a frame that runs nothing and belongs to no origin. */
const mailHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      sandbox: [],
      defaultSrc: ["'none'"],
      styleSrc: ["'unsafe-inline'"],
      imgSrc: ['https:', 'data:'],
      frameAncestors: SELF,
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  },
  xFrameOptions: { action: 'sameorigin' },
  referrerPolicy: { policy: 'no-referrer' },
  crossOriginEmbedderPolicy: false,
  originAgentCluster: false,
});

interface Options {
  status?: number;
  notice?: Notice | null;
}

export function sendPage(ctx: Context, res: Response, content: ReactElement, { status, notice }: Options = {}): void {
  const { req } = res;
  const page: PageState = {
    url: req.originalUrl,
    formats: formatsFor(ctx, res),
    csrfToken: csrfTokenOf(res) ?? '',
    viewer: viewerOf(res),
    notice: notice === undefined ? noticeFor(req.query.done ?? (req.query.connected && 'connected')) : notice,
    assets: ASSETS.urls,
  };
  pageHeaders(req, res, () => {
    if (status !== undefined) res.status(status);
    res.set('Cache-Control', 'no-store').type('html').send(renderPage(page, content));
  });
}

/** `document` is a whole HTML document that may hold anything. */
export function sendMail(res: Response, document: string): void {
  mailHeaders(res.req, res, () => {
    res.set('Cache-Control', 'no-store').type('html').send(document);
  });
}

export function sendProblem(
  ctx: Context,
  res: Response,
  problem: { title: string; message: string; next: readonly NextStep[] },
  status?: number,
): void {
  sendPage(ctx, res, <ProblemPage {...problem} />, { status, notice: null });
}

/** As the reader of this response writes dates and numbers: the browser's language, the account's time zone. */
export const formatsFor = ({ clock }: Context, res: Response): Formats =>
  createFormats({
    locale: pickLocale(res.req.get('accept-language')),
    timeZone: timeZoneOf(res),
    now: clock.now(),
  });
