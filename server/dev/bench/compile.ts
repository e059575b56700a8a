/**
 * A checkout compiled as production runs it, with the bench's own programs: what reads TypeScript while it runs names every
 * function anew each time it is made, which costs some twentieth of the speed.
 */
import { cpSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildSync } from 'esbuild';

const FOLDER = 'build/bench';
const ASSETS = 'server/console/assets';
const isLeftOut = (path: string) =>
  /\.test\.tsx?$|^server\/(?:test|dev\/preview)\/|^server\/console\/assets\//.test(path);

const compiled = new Set<string>();

/** The path of what a script (`.ts`, absolute) of the checkout became; all of it is compiled once a run, in a second. */
export function compile(root: string, script: string): string {
  if (!compiled.has(root)) {
    const paths = ['server', 'shared'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    );
    buildSync({
      absWorkingDir: root,
      entryPoints: paths.filter((path) => /\.tsx?$/.test(path) && !isLeftOut(path)),
      outdir: FOLDER,
      outbase: '.',
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      jsx: 'automatic',
      logLevel: 'error',
    });
    cpSync(join(root, ASSETS), join(root, FOLDER, ASSETS), { recursive: true });
    compiled.add(root);
  }
  return join(root, FOLDER, relative(root, script)).replace(/\.ts$/, '.js');
}
