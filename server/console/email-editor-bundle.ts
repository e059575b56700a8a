/** The email editor's code for the browser, in one file. */
import type { buildSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(__dirname, 'assets');
const SOURCE = join(FOLDER, 'email-editor');
const REPLACED = ['entities', 'linkify-it', 'linkifyjs'];
export const BUNDLE = 'email-editor.js';

/**
 * As `npm run build` made it. Where there was no build, it is made now, which takes half a second: only then is esbuild
 * needed, which production doesn't have.
 */
export function readEmailEditor(): Buffer {
  try {
    return readFileSync(join(FOLDER, BUNDLE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return bundleEmailEditor();
  }
}

export function bundleEmailEditor(): Buffer {
  const esbuild = createRequire(__filename)('esbuild') as { buildSync: typeof buildSync };
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [`${SOURCE}/main.ts`],
    bundle: true,
    // Large tables that a browser has, or that emails don't need.
    alias: Object.fromEntries(REPLACED.map((name) => [name, `${SOURCE}/instead-of/${name}.ts`])),
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [script] = outputFiles;
  if (!script) throw new Error('esbuild made no file');
  return Buffer.from(script.contents);
}
