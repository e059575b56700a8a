/** The manifest and the package made from it hold what Stripe asks of an app: https://docs.stripe.com/stripe-apps/reference/app-manifest */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as sdk from '@stripe/ui-extension-sdk/ui';
import { build, type Metafile } from 'esbuild';
import ts from 'typescript';
import {
  EVENT_TYPES,
  HOUSEKEEPING_TYPES,
  OPTIONAL_PERMISSIONS,
  PERMISSIONS,
  permissionsFor,
} from '../../../shared/catalogue';
import { TEMPLATE_KEYS, TEMPLATES } from '../../../shared/templates';
import type { Lock, PackageJson } from '../../tools/derive-lock';
import { type Manifest, packageApp, readManifest } from '../../tools/package-app';
import { defineFromTemplate } from '../../workflows/templates';

const ROOT = resolve(__dirname, '../../..');
const PUBLIC_URL = 'https://mail.example.org';
const manifest = readManifest();
const views = manifest.ui_extension.views;

const folder = mkdtempSync(join(tmpdir(), 'tillpost-app-'));
const packaged = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
beforeAll(() => {
  packageApp(PUBLIC_URL, folder);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the manifest', () => {
  test('asks for the permissions that our events and look-ups need, and for no other', () => {
    const needed = new Set(['event_read', ...OPTIONAL_PERMISSIONS, ...EVENT_TYPES.flatMap(permissionsFor)]);
    expect(manifest.permissions.map(({ permission }) => permission).sort()).toEqual([...needed].sort());
    expect(manifest.permissions.map(({ permission }) => permission)).toEqual([...PERMISSIONS, ...OPTIONAL_PERMISSIONS]);
    // Those without a choice are about the app itself, or about objects that choices are about.
    for (const type of HOUSEKEEPING_TYPES) expect(type).toMatch(/^(account\.application|invoice)\./);
  });

  test('says in a sentence what each permission is for', () => {
    for (const { purpose } of manifest.permissions) expect(purpose).toMatch(/^[A-Z].{20,}\.$/);
  });

  test('has a name that a public app may have', () => {
    expect(manifest.name).not.toMatch(/stripe|app|free|paid/i);
    expect(manifest.id).toMatch(/^[\w.-]+$/);
  });

  test('has the version of this project', () => {
    expect(manifest.version).toBe((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest).version);
  });

  test('is a public OAuth app that can be installed in sandboxes', () => {
    expect(manifest).toMatchObject({
      stripe_api_access_type: 'oauth',
      distribution_type: 'public',
      sandbox_install_compatible: true,
    });
  });

  test('has a square icon of 300 pixels in PNG', () => {
    const icon = readFileSync(join(ROOT, manifest.icon));
    expect(icon.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([300, 300]);
  });

  test('shows one component in each of our four places', () => {
    expect(views.map(({ viewport }) => viewport).sort()).toEqual([
      'onboarding',
      'settings',
      'stripe.dashboard.customer.detail',
      'stripe.dashboard.drawer.default',
    ]);
    for (const { component } of views) expect(component).toMatch(/^\w+$/);
  });
});

describe('the packaged app', () => {
  test('talks to this deployment and to nothing else', () => {
    const { allowed_redirect_uris, post_install_action, constants, ui_extension } =
      packaged<Manifest>('stripe-app.json');
    expect(allowed_redirect_uris).toEqual([`${PUBLIC_URL}/oauth/callback`]);
    expect(post_install_action).toEqual({ type: 'external', url: `${PUBLIC_URL}/` });
    expect(constants).toEqual({ API_BASE: `${PUBLIC_URL}/api/app/`, APP_ID: manifest.id });
    // Stripe wants a path, and lets a trailing slash cover all below it.
    expect(ui_extension.content_security_policy['connect-src']).toEqual([`${PUBLIC_URL}/api/app/`]);
    expect(readFileSync(join(folder, 'stripe-app.json'), 'utf8')).not.toContain('example.com');
  });

  test('keeps a path in the deployment’s address', () => {
    const under = mkdtempSync(join(tmpdir(), 'tillpost-app-'));
    packageApp(`${PUBLIC_URL}/tillpost`, under);
    const { constants } = JSON.parse(readFileSync(join(under, 'stripe-app.json'), 'utf8')) as Manifest;
    rmSync(under, { recursive: true });
    expect(constants.API_BASE).toBe(`${PUBLIC_URL}/tillpost/api/app/`);
  });

  test('has its icon and every view where Stripe’s CLI looks for them', () => {
    expect(existsSync(join(folder, packaged<Manifest>('stripe-app.json').icon))).toBe(true);
    for (const { component } of views) expect(existsSync(join(folder, `src/views/${component}.tsx`))).toBe(true);
  });

  test('locks every dependency at the version that was tested', () => {
    const { dependencies, devDependencies } = packaged<PackageJson>('package.json');
    const { packages } = packaged<Lock>('package-lock.json');
    const root = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(packages[`node_modules/${name}`]!.version).toBe(version);
    for (const [path, locked] of Object.entries(packages)) {
      if (path !== '') expect(locked.integrity).toBe(root.packages[path]!.integrity);
      for (const name of Object.keys(path === '' ? {} : (locked.dependencies ?? {})))
        expect(Object.keys(packages).some((key) => key.endsWith(`node_modules/${name}`))).toBe(true);
    }
    expect(packages['node_modules/react']!.dev).toBeUndefined();
    expect(packages['node_modules/typescript']!.dev).toBe(true);
  });

  test('bundles every view from its own folder, with a default export and nothing unresolved', async () => {
    for (const { component } of views) {
      const { errors, warnings, metafile, outputFiles } = await bundle(component);
      expect([...errors, ...warnings]).toEqual([]);
      const outside = Object.keys(metafile.inputs).filter((input) => /^\.\.\//.test(input));
      expect(outside).toEqual([]);
      expect(Object.values(metafile.outputs)[0]!.exports).toContain('default');
      expect(outputFiles[0]!.text).not.toContain('zod');
    }
  });

  test('type-checks by itself', () => {
    const config = ts.getParsedCommandLineOfConfigFile(
      join(folder, 'tsconfig.json'),
      { types: [] },
      {
        ...ts.sys,
        onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
          throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
        },
      },
    )!;
    const program = ts.createProgram(config.fileNames, config.options);
    expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  });
});

describe('the extension', () => {
  const sources = ts.sys
    .readDirectory(join(ROOT, 'stripe-app/src'), ['.ts', '.tsx'])
    .filter((file) => !file.includes('.test.'))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

  test('draws with the SDK’s components only; options are the one element Stripe allows', () => {
    for (const { file, text } of sources) {
      const foreign = elementsOf(file, text).filter((name) => /^[a-z]/.test(name) && name !== 'option');
      expect({ file, foreign }).toEqual({ file, foreign: [] });
      for (const name of importedFrom(text, '@stripe/ui-extension-sdk/ui')) expect(Object.keys(sdk)).toContain(name);
    }
  });

  test('reaches for nothing that the Dashboard keeps from views', () => {
    for (const { file, text } of sources)
      expect({ file, found: text.match(/\b(window|document|localStorage|sessionStorage)\./g) }).toEqual({
        file,
        found: null,
      });
  });

  test('offers exactly the workflow templates that the backend ships', () => {
    const shipped = TEMPLATE_KEYS.map((key) => defineFromTemplate(key));
    expect(shipped.map(({ name }) => name)).toEqual(Object.values(TEMPLATES).map(({ name }) => name));
    const lists = sources.filter(({ text }) => TEMPLATE_KEYS.some((key) => text.includes(`'${key}'`)));
    expect(lists.map(({ file }) => file)).toEqual([]);
  });
});

function bundle(component: string): Promise<{
  errors: unknown[];
  warnings: unknown[];
  metafile: Metafile;
  outputFiles: { text: string }[];
}> {
  return build({
    entryPoints: [`src/views/${component}.tsx`],
    absWorkingDir: folder,
    preserveSymlinks: true,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    jsx: 'automatic',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
}

/** The names of everything drawn, lower-cased ones being HTML elements. */
function elementsOf(file: string, text: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxOpeningElement(node) || ts.isJsxSelfClosingElement(node)) names.push(node.tagName.getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return names;
}

function importedFrom(text: string, specifier: string): string[] {
  const clause = new RegExp(`import \\{([^}]*)\\} from '${specifier}'`).exec(text)?.[1] ?? '';
  return clause
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
}
