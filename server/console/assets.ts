/** The console's few static files, read once at start; their URLs contain a hash of the content, so browsers may cache them for ever. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Asset {
  body: Buffer;
  type: string;
}

export type AssetUrls = Record<'styles' | 'script' | 'htmx' | 'icon', string>;

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
  'content',
  'settings',
  'branding',
  'editor',
  'editor-steps',
  'site',
  'results',
  'reference',
  'adapt',
];
const readStyles = () => Buffer.concat(STYLES.map((name) => readFileSync(join(FOLDER, 'styles', `${name}.css`))));

export function loadAssets(): Assets {
  const files = new Map<string, Asset>();
  const add = (body: Buffer, name: string, extension: string, type: string) => {
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
    files.set(`${name}-${hash}.${extension}`, { body, type });
    return `/assets/${name}-${hash}.${extension}`;
  };
  const urls = {
    styles: add(readStyles(), 'console', 'css', 'text/css; charset=utf-8'),
    script: add(readFileSync(join(FOLDER, 'console.js')), 'console', 'js', 'text/javascript; charset=utf-8'),
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
