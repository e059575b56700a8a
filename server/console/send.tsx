/** Responds with a page: the reader's language and time zone, security headers, what just happened. */
import type { ReactElement } from 'react';
import type { Response } from 'express';
import helmet from 'helmet';
import type { Context } from '../context';
import type { NextStep } from '../installs/problems';
import { csrfTokenOf } from '../installs/session-middleware';
import { loadAssets } from './assets';
import { createFormats, pickLocale } from './format';
import { noticeFor, type Notice } from './notices';
import { renderPage, type PageState, type Viewer } from './page';
import { ProblemPage } from './problem';

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
  const { viewer, timeZone } = viewerOf(res);
  const page: PageState = {
    url: req.originalUrl,
    formats: createFormats({ locale: pickLocale(req.get('accept-language')), timeZone, now: ctx.clock.now() }),
    csrfToken: csrfTokenOf(res) ?? '',
    viewer,
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
  sendPage(ctx, res, <ProblemPage {...problem} />, { ...(status === undefined ? {} : { status }), notice: null });
}

interface Looking {
  viewer: Viewer | null;
  timeZone: string;
}

export const rememberViewer = (res: Response, looking: Looking): void => {
  res.locals.looking = looking;
};
const viewerOf = (res: Response): Looking =>
  (res.locals.looking as Looking | undefined) ?? { viewer: null, timeZone: 'UTC' };
export const timeZoneOf = (res: Response): string => viewerOf(res).timeZone;
