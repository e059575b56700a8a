/** Who may import whom (docs/decisions.md, "Layers"): a change that crosses a border fails here with the border's name. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const ROOT = resolve(__dirname, '../../..');

interface SourceFile {
  path: string;
  text: string;
  /** Project files, relative to the root, without extension. */
  imports: string[];
  packages: string[];
}

const files = ['server', 'shared', 'stripe-app'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readSource(join(folder, name))),
);

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const targets = [...text.matchAll(/(?:from|import|require)\s*\(?\s*'([^']+)'/g)].map(([, target]) => target ?? '');
  const local = targets.filter((target) => target.startsWith('.'));
  return {
    path: path.split(sep).join('/'),
    text,
    imports: local.map((target) =>
      relative(ROOT, resolve(ROOT, dirname(path), target))
        .split(sep)
        .join('/'),
    ),
    packages: targets.filter((target) => !target.startsWith('.')),
  };
}

const isTest = ({ path }: SourceFile) => /\.test\.tsx?$/.test(path) || path.startsWith('server/test/');
const sources = files.filter((file) => !isTest(file));
const inFolder = (folder: string) => sources.filter(({ path }) => path.startsWith(`${folder}/`));

/** Every import of the files in `folder` that leads to one of `forbidden`. */
function crossings(folder: string, isForbidden: (target: string) => boolean): string[] {
  return inFolder(folder).flatMap(({ path, imports }) =>
    imports.filter(isForbidden).map((target) => `${path} → ${target}`),
  );
}
const leadsTo =
  (...folders: string[]) =>
  (target: string) =>
    folders.some((folder) => target.startsWith(`${folder}/`));

const DOMAINS = [
  'installs',
  'events',
  'contacts',
  'settings',
  'emails',
  'workflows',
  'webhooks',
  'sync',
  'extension',
  'console',
];
const serverFolders = (names: string[]) => names.map((name) => `server/${name}`);

describe('imports', () => {
  it('are found at all', () => {
    expect(crossings('server/extension', leadsTo('server/contacts'))).not.toEqual([]);
    expect(inFolder('stripe-app').length).toBeGreaterThan(10);
  });

  it('keep shared free of everything else of ours', () => {
    expect(crossings('shared', (target) => !target.startsWith('shared/'))).toEqual([]);
  });

  it('let the Stripe App see only itself and shared', () => {
    expect(crossings('stripe-app', (target) => !/^(shared|stripe-app)\//.test(target))).toEqual([]);
  });

  it.each(['db', 'stripe-objects'])('keep server/%s free of domains', (folder) => {
    expect(crossings(`server/${folder}`, leadsTo(...serverFolders(DOMAINS)))).toEqual([]);
  });

  it.each(['installs', 'events', 'contacts', 'settings'])('keep server/%s free of other domains', (folder) => {
    const others = DOMAINS.filter((name) => name !== folder);
    expect(crossings(`server/${folder}`, leadsTo(...serverFolders(others)))).toEqual([]);
  });

  it('let emails use contacts (consent, suppression) and settings only', () => {
    const others = DOMAINS.filter((name) => !['emails', 'contacts', 'settings'].includes(name));
    expect(crossings('server/emails', leadsTo(...serverFolders(others)))).toEqual([]);
  });

  it('let workflows use contacts, emails, events and settings only', () => {
    const others = DOMAINS.filter((name) => !['workflows', 'contacts', 'emails', 'events', 'settings'].includes(name));
    expect(crossings('server/workflows', leadsTo(...serverFolders(others)))).toEqual([]);
  });

  it('keep webhooks and sync apart from extension and console', () => {
    for (const folder of ['webhooks', 'sync'])
      expect(crossings(`server/${folder}`, leadsTo('server/extension', 'server/console'))).toEqual([]);
  });

  it('keep the product apart from the local Stripe and the scripts', () => {
    const product = sources.filter(
      ({ path }) => !/^server\/(sandbox|scripts|preview)\//.test(path) && path.startsWith('server/'),
    );
    const found = product.flatMap(({ path, imports }) =>
      imports
        .filter(leadsTo('server/sandbox', 'server/scripts', 'server/preview', 'server/test'))
        .map((target) => `${path} → ${target}`),
    );
    expect(found).toEqual([]);
  });
});

describe('one place for each', () => {
  const saying = (pattern: RegExp, isAllowed: (path: string) => boolean) =>
    sources.filter(({ path, text }) => pattern.test(text) && !isAllowed(path)).map(({ path }) => path);

  it('reads the environment in config only', () => {
    expect(saying(/process\.env/, (path) => path === 'server/config.ts' || path.startsWith('server/scripts/'))).toEqual(
      [],
    );
  });

  it('makes Stripe clients in stripe only', () => {
    expect(saying(/new Stripe\(/, (path) => path === 'server/stripe.ts')).toEqual([]);
  });

  it('knows the engine in db only', () => {
    const engines = ['better-sqlite3', 'better-sqlite3-13', 'pg'];
    const found = sources.filter(
      ({ path, packages }) => packages.some((name) => engines.includes(name)) && !/^server\/(db|scripts)\//.test(path),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('picks the release of SQLite’s driver in db/sqlite only', () => {
    expect(saying(/^import (?!type)[^;]*'better-sqlite3/m, () => false)).toEqual([]);
  });

  it('opens no connection but Stripe’s, the database’s and SMTP’s', () => {
    const product = sources.filter(({ path }) => !/^(stripe-app|server\/(sandbox|scripts|preview))\//.test(path));
    const opening =
      /import (?!type)[^;]*from '(?:node:)?(?:https|http2|net|tls|dgram|undici)'|(?<![.\w])(?:fetch|new WebSocket)\(|\bhttp\.(?:request|get)\(/;
    expect(product.filter(({ text }) => opening.test(text)).map(({ path }) => path)).toEqual([]);
    expect(product.filter(({ packages }) => packages.includes('nodemailer')).map(({ path }) => path)).toEqual([
      'server/emails/transport.ts',
    ]);
  });

  it('touches requests and responses in routes, middleware and the console only', () => {
    const found = inFolder('server').filter(
      ({ path, packages }) =>
        packages.includes('express') &&
        !/(routes|signed-request|session-middleware|middleware|same-origin|errors|app)\.tsx?$/.test(path) &&
        !/^server\/(console|sandbox|preview|scripts)\//.test(path),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it.each(['server/stripe-objects', 'server/workflows/next-step', 'server/workflows/match', 'server/emails/render'])(
    'keeps %s pure: no database, clock or network',
    (prefix) => {
      const found = sources
        .filter(({ path }) => path.startsWith(prefix))
        .filter(
          ({ text, imports }) => /Date\.now\(|new Date\(\)|fetch\(/.test(text) || imports.some(leadsTo('server/db')),
        );
      expect(found.map(({ path }) => path)).toEqual([]);
    },
  );

  it('never names the hosts of package registries or paths of a machine', () => {
    const found = files.filter(({ text }) =>
      /registry\.npmjs|\/work\/main|\.\.\/shared\/(product|design|interface)\.md/.test(text),
    );
    expect(found.map(({ path }) => path).filter((path) => !path.endsWith('rules/imports.test.ts'))).toEqual([]);
  });
});
