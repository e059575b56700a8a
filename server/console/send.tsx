/** Responds with a page: the install's language of dates and its time zone, security headers, what just happened. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ReactElement } from 'react';
import type { Response } from 'express';
import helmet from 'helmet';
import type { Context } from '../context';
import type { NextStep } from '../installs/problems';
import { csrfTokenOf } from '../installs/session-middleware';
import { loadAssets } from './assets';
import { createFormats, type Formats } from './format';
import { noticeOf, type Notice } from './notices';
import { renderPage, type PageState } from './page';
import { ProblemPage } from './problem';
import { tryViewer, viewerOf, writingOf } from './viewer';

export const ASSETS = loadAssets();

const SELF = ["'self'"];
const pageHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: SELF,
      styleSrc: ["'self'", (_req, res) => (res as Response).locals.styleHash as string],
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
/** An email is shown as it is, in a frame that runs nothing: no script, no form, no window. */
const mailHeaders = (sandbox: string[]) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        sandbox,
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        imgSrc: ["'self'", 'https:', 'data:'],
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
const ofNoOrigin = mailHeaders([]);
/** Runs nothing all the same; of our origin, so that the page around it can see how tall it is. */
const measurable = mailHeaders(['allow-same-origin']);

interface Options {
  status?: number;
  notice?: Notice | null;
  /** CSS of this page alone. */
  styles?: string | null;
  /**
   * Compressed where the browser can. Only for a page that shows nothing of its URL: what an attacker writes into a page
   * beside its CSRF token could be told from its size (BREACH).
   */
  isCompressed?: boolean;
  /** What it says, where that is all it says to strangers: they ask for pages that aren't there by the thousand. */
  saying?: object;
}

/** The pages that all strangers are shown alike, by what they say. */
const drawn = new WeakMap<object, string>();

export function sendPage(
  ctx: Context,
  res: Response,
  content: ReactElement,
  { status, notice, styles = null, isCompressed, saying }: Options = {},
): void {
  const { req } = res;
  const page: PageState = {
    url: req.originalUrl,
    address: addressOf(ctx, res),
    formats: formatsFor(ctx, res),
    csrfToken: csrfTokenOf(res) ?? '',
    viewer: viewerOf(res),
    notice: notice === undefined ? noticeOf(ctx, res) : notice,
    assets: ASSETS.urls,
    styles,
  };
  res.locals.styleHash = styles === null ? "'self'" : `'sha256-${sha256Base64(styles)}'`;
  pageHeaders(req, res, () => {
    if (status !== undefined) res.status(status);
    res.set('Cache-Control', 'no-store').type('html');
    const isForAll = page.viewer === null && page.csrfToken === '' && page.address === null;
    const known = saying && isForAll ? drawn.get(saying) : undefined;
    const document = known ?? renderPage(page, content);
    if (saying && isForAll) drawn.set(saying, document);
    if (!isCompressed || !req.acceptsEncodings('gzip')) res.send(document);
    else res.set({ 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' }).send(gzipSync(document));
  });
}

const sha256Base64 = (text: string) => createHash('sha256').update(text).digest('base64');

/** `document` is a whole HTML document that may hold anything. `isMeasured`: its frame is to be as tall as it is. */
export function sendMail(res: Response, document: string, { isMeasured = false } = {}): void {
  (isMeasured ? measurable : ofNoOrigin)(res.req, res, () => {
    res.set('Cache-Control', 'no-store').type('html').send(document);
  });
}

/** Where the form stood that this answers, so that the page can be loaded again without sending it again. */
function addressOf({ config }: Context, { req }: Response): string | null {
  if (req.method !== 'POST') return null;
  const referrer = req.get('referer') ?? '';
  const url = URL.canParse(referrer) ? new URL(referrer) : undefined;
  const isOurs = url && [new URL(config.publicUrl).host, req.get('host')].includes(url.host);
  return isOurs ? url.pathname + url.search : req.originalUrl;
}

export async function sendProblem(
  ctx: Context,
  res: Response,
  problem: { title: string; message: string; next: readonly NextStep[] },
  status?: number,
): Promise<void> {
  await tryViewer(ctx, res);
  sendPage(ctx, res, <ProblemPage {...problem} />, { status, notice: null, saying: problem });
}

/** As the install on screen writes dates and numbers: here as in its emails. */
export const formatsFor = ({ clock }: Context, res: Response): Formats =>
  createFormats({ ...writingOf(res), now: clock.now() });
