/**
 * `npm run app:package`: writes a whole Stripe Apps project for this deployment to build/stripe-app, where Stripe's CLI
 * finds all it wants: manifest, icon, src/views, what they import, package.json and its lock file.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { readAddress } from '../config';
import { deriveLock, type Lock, type LockedPackage, type PackageJson } from './derive-lock';

const ROOT = resolve(__dirname, '../..');
const APP = join(ROOT, 'stripe-app/src');
const SHARED = join(ROOT, 'shared');
const DEPENDENCIES = ['@stripe/ui-extension-sdk', 'react', 'stripe', 'zod'];
const DEV_DEPENDENCIES = ['@types/react', 'typescript'];

export interface Manifest {
  id: string;
  version: string;
  name: string;
  icon: string;
  permissions: { permission: string; purpose: string }[];
  stripe_api_access_type: string;
  distribution_type: string;
  sandbox_install_compatible: boolean;
  allowed_redirect_uris: string[];
  post_install_action: { type: string; url: string };
  constants: { API_BASE: string; APP_ID: string };
  ui_extension: {
    views: { viewport: string; component: string }[];
    content_security_policy: { 'connect-src': string[]; 'image-src': string[] | null; purpose: string };
  };
}

export const readManifest = (): Manifest => readJson(join(ROOT, 'stripe-app.json'));

/** `publicUrl` without a trailing slash. */
export function packageApp(publicUrl: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const manifest = adaptManifest(readManifest(), publicUrl);
  const packageJson = describePackage(manifest);
  writeJson(join(folder, 'stripe-app.json'), { ...manifest, icon: './icon.png' });
  writeJson(join(folder, 'package.json'), packageJson);
  writeJson(join(folder, 'package-lock.json'), deriveLock(readLock(), packageJson));
  writeJson(join(folder, 'tsconfig.json'), TSCONFIG);
  copyFileSync(join(ROOT, manifest.icon), join(folder, 'icon.png'));
  const views = manifest.ui_extension.views.map(({ component }) => join(APP, 'views', `${component}.tsx`));
  for (const source of collectSources(views)) write(join(folder, place(source)), rewriteImports(source));
}

/** The canonical manifest names an example address; everything else in it is the same for every deployment. */
export function adaptManifest(manifest: Manifest, publicUrl: string): Manifest {
  const apiBase = `${publicUrl}/api/app/`;
  return {
    ...manifest,
    allowed_redirect_uris: [`${publicUrl}/oauth/callback`],
    post_install_action: { type: 'external', url: `${publicUrl}/` },
    constants: { API_BASE: apiBase, APP_ID: manifest.id },
    ui_extension: {
      ...manifest.ui_extension,
      content_security_policy: { ...manifest.ui_extension.content_security_policy, 'connect-src': [apiBase] },
    },
  };
}

function describePackage({ id, version }: Manifest): PackageJson {
  const { packages } = readLock();
  const pin = (names: string[]) =>
    Object.fromEntries(names.map((name) => [name, (packages[`node_modules/${name}`] as LockedPackage).version ?? '']));
  return { name: id, version, private: true, dependencies: pin(DEPENDENCIES), devDependencies: pin(DEV_DEPENDENCIES) };
}

/** The files given and all of ours that they import, for their values or only for their types. */
function collectSources(entries: readonly string[]): string[] {
  const collected = new Set<string>();
  const visit = (file: string): void => {
    if (collected.has(file)) return;
    collected.add(file);
    for (const specifier of importsOf(file)) visit(findSource(file, specifier));
  };
  entries.forEach(visit);
  return [...collected];
}

const importsOf = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.'));

function findSource(from: string, specifier: string): string {
  const path = resolve(dirname(from), specifier);
  const found = ['.ts', '.tsx'].map((extension) => path + extension).find((candidate) => ts.sys.fileExists(candidate));
  if (!found) throw new Error(`${relative(ROOT, from)} imports ${specifier}, which isn't there`);
  return found;
}

/** Shared files move into src, because Stripe's CLI packs nothing outside the project's folder. */
const place = (source: string): string =>
  source.startsWith(SHARED) ? join('src/shared', relative(SHARED, source)) : join('src', relative(APP, source));

function rewriteImports(source: string): string {
  return importsOf(source).reduce(
    (text, specifier) => {
      const target = place(findSource(source, specifier)).replace(/\.tsx?$/, '');
      const path = relative(dirname(place(source)), target);
      return text.replaceAll(`'${specifier}'`, `'${path.startsWith('.') ? path : `./${path}`}'`);
    },
    readFileSync(source, 'utf8'),
  );
}

const TSCONFIG = {
  compilerOptions: {
    lib: ['dom', 'es2023'],
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    strict: true,
    noUncheckedIndexedAccess: true,
    isolatedModules: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['src'],
};

const readLock = (): Lock => readJson(join(ROOT, 'package-lock.json'));
const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const writeJson = (path: string, value: unknown): void => write(path, `${JSON.stringify(value, null, 2)}\n`);

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function main(): void {
  const { values } = parseArgs({ options: { url: { type: 'string' } } });
  const publicUrl = readAddress(values.url ? { PUBLIC_URL: values.url } : undefined);
  packageApp(publicUrl, join(ROOT, 'build/stripe-app'));
  console.log(`The Stripe App for ${publicUrl} is in build/stripe-app.`);
  if (!publicUrl.startsWith('https:'))
    console.log('Stripe accepts no upload with this address: set PUBLIC_URL to the https address of your server.');
}

if (require.main === module) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
