/** The console's few static files, read once at start; their URLs contain a hash of the content, so browsers may cache them for ever. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { readEmailEditor } from './email-editor-bundle';

export type Encoding = 'br' | 'gzip';

interface Asset {
  body: Buffer;
  type: string;
  /** The body compressed: once, when it is first asked for. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

export type AssetUrls = Record<'styles' | 'script' | 'htmx' | 'icon' | 'emailEditor', string>;

export interface Assets {
  urls: AssetUrls;
  /** By file name in the URL. */
  files: ReadonlyMap<string, Asset>;
}

const FOLDER = join(__dirname, 'assets');

/** One stylesheet from these files, in this order: later ones overrule. */
const STYLES = [
  'base',
  'frame',
  'blocks',
  'forms',
  'lists',
  'tabs',
  'contacts',
  'content',
  'settings',
  'branding',
  'forwarding',
  'editor',
  'editor-steps',
  'conditions',
  'editor-foot',
  'email-editor',
  'site',
  'results',
  'flow',
  'editor-picture',
  'reference',
  'help',
  'overview',
  'webhooks',
  'adapt',
];
/** Without lines of comment and indentation, which every first visit would carry; no text of the scripts spans lines. */
const readScript = () =>
  Buffer.from(
    ['console.js', 'redraws.js']
      .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
      .join('')
      .replace(/^\s*\/\/.*\n/gm, '')
      .replace(/^\s+/gm, ''),
  );
/** Without comments and indentation. */
const readStyles = () =>
  Buffer.from(
    STYLES.map((name) => readFileSync(join(FOLDER, 'styles', `${name}.css`), 'utf8'))
      .join('')
      .replace(/\/\*.*?\*\//gs, '')
      .replace(/^\s+/gm, ''),
  );

export function loadAssets(): Assets {
  const files = new Map<string, Asset>();
  const add = (body: Buffer, name: string, extension: string, type: string) => {
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
    files.set(`${name}-${hash}.${extension}`, { body, type, encoded: encoder(body) });
    return `/assets/${name}-${hash}.${extension}`;
  };
  let emailEditor: string | undefined;
  const urls: AssetUrls = {
    /** Read when a page first shows it: without a build it has to be made. */
    get emailEditor() {
      return (emailEditor ??= add(readEmailEditor(), 'email-editor', 'js', 'text/javascript; charset=utf-8'));
    },
    styles: add(readStyles(), 'console', 'css', 'text/css; charset=utf-8'),
    script: add(readScript(), 'console', 'js', 'text/javascript; charset=utf-8'),
    htmx: add(
      readFileSync(require.resolve('htmx.org/dist/htmx.min.js')),
      'htmx',
      'js',
      'text/javascript; charset=utf-8',
    ),
    icon: add(readFileSync(join(FOLDER, 'icon.svg')), 'icon', 'svg', 'image/svg+xml'),
  };
  return { urls, files };
}

const COMPRESS: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => promisify(brotliCompress)(body),
  gzip: (body) => promisify(gzip)(body, { level: 9 }),
};

function encoder(body: Buffer): Asset['encoded'] {
  const done: Partial<Record<Encoding, Promise<Buffer>>> = {};
  return (encoding) => (done[encoding] ??= COMPRESS[encoding](body));
}
