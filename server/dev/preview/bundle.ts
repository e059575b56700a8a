/** Bundles for the browser, made anew for every request, so that a reload shows the code as it is. */
import { resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const ROOT = resolve(__dirname, '../../..');

export const bundleHost = (): Promise<string> => bundle({ entryPoints: [resolve(__dirname, 'browser/host.tsx')] });

/** The view itself, untouched, in what runs it inside the frame. */
export const bundleView = (component: string): Promise<string> =>
  bundle({
    stdin: {
      contents: `
        import View from './stripe-app/src/views/${component}';
        import { run } from './server/dev/preview/browser/frame';
        run(View);`,
      resolveDir: ROOT,
    },
  });

async function bundle(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    jsx: 'automatic',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
