/** Who may import whom, and who writes which table (docs/decisions.md, "One order of folders"): a change that breaks it fails here, by name. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { readConfigFile } from 'typescript';
import type { Schema } from '../../db/schema';

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

/** From the top of the house to its ground: a folder imports only from folders below its own. */
const ORDER = [
  'server/tools',
  'server/console',
  'server/mcp',
  'server/api',
  'server/extension',
  'server/webhooks',
  'server/lifecycle',
  'server/webhooks-out',
  'server/schedules',
  'server/forwarding',
  'server/events',
  'server/workflows',
  'server/bounces',
  'server/deliverability',
  'server/recovery',
  'server/emails',
  'server/audience',
  'server/outbox',
  'server/settings',
  'server/installs',
  'server/stripe-objects',
  'server/db',
  'shared',
];
const folderOf = (path: string) => ORDER.findIndex((folder) => path.startsWith(`${folder}/`));
const show = ({ from, to }: { from: string; to: string }) => `${from} → ${to}`;
const arrows = sources.flatMap(({ path, imports }) => imports.map((to) => ({ from: path, to })));

describe('imports', () => {
  it('are found at all', () => {
    expect(arrows.map(show)).toContain('server/extension/routes.ts → server/settings/settings');
    expect(inFolder('stripe-app').length).toBeGreaterThan(10);
  });

  it('lead down the order of folders, never up', () => {
    const up = arrows.filter(
      ({ from, to }) => folderOf(from) >= 0 && folderOf(to) >= 0 && folderOf(to) < folderOf(from),
    );
    expect(up.map(show)).toEqual([]);
  });

  it('find every folder in the order', () => {
    const folders = new Set(inFolder('server').map(({ path }) => path.split('/').slice(0, -1).join('/')));
    const strangers = [...folders].filter(
      (folder) => folder !== 'server' && !folder.startsWith('server/dev') && folderOf(`${folder}/`) < 0,
    );
    expect(strangers).toEqual([]);
  });

  it('keep shared free of everything else of ours', () => {
    expect(crossings('shared', (target) => !target.startsWith('shared/'))).toEqual([]);
  });

  it('let the Stripe App see only itself and shared', () => {
    expect(crossings('stripe-app', (target) => !/^(shared|stripe-app)\//.test(target))).toEqual([]);
  });

  it('keep the product apart from what only development and tests need', () => {
    const product = arrows.filter(({ from }) => from.startsWith('server/') && !from.startsWith('server/dev/'));
    expect(product.filter(({ to }) => leadsTo('server/dev', 'server/test')(to)).map(show)).toEqual([]);
  });
});

describe('the build', () => {
  const { config } = readConfigFile(join(ROOT, 'tsconfig.build.json'), (path) => readFileSync(path, 'utf8')) as {
    config: { files: string[] };
  };
  const built = reached(config.files);

  /** The files, and all that they import. */
  function reached(entries: readonly string[]): Set<string> {
    const found = new Set<string>();
    const byPath = new Map(files.map((file) => [file.path, file]));
    const walk = (path: string): void => {
      const file = byPath.get(path);
      if (!file || found.has(path)) return;
      found.add(path);
      for (const target of file.imports) for (const ending of ['.ts', '.tsx', '/index.ts']) walk(`${target}${ending}`);
    };
    for (const entry of entries) walk(entry);
    return found;
  }

  it('has the file of every thread, which is started by path', () => {
    const product = sources.filter(({ path }) => path.startsWith('server/') && !path.startsWith('server/dev/'));
    const calls = product.flatMap(({ path, text }) =>
      [...text.matchAll(/\bworkerFile\(([^)]*)\)/g)].map(([, given]) => ({ path, given: given! })),
    );
    const started = calls.map(({ path, given }) => {
      const [, name] = /^__dirname, '([\w-]+)'$/.exec(given) ?? [];
      return name === undefined ? `${path}: workerFile(${given})` : `${dirname(path)}/${name}.ts`;
    });
    expect(started).toContain('server/settings/logo-worker.ts');
    expect(started.filter((path) => !built.has(path))).toEqual([]);
  });
});

/** Who writes a table: its own folder, and db/ where rows follow one another (queues, references, erasing). */
const OWNERS: Readonly<Record<keyof Schema, string>> = {
  install: 'installs',
  import_job: 'installs',
  session: 'installs',
  session_install: 'installs',
  oauth_state: 'installs',
  link_token: 'installs',
  api_key: 'installs',
  api_answer: 'installs',
  outbox: 'outbox',
  webhook_endpoint: 'webhooks-out',
  webhook_delivery: 'webhooks-out',
  forwarding: 'forwarding',
  forward: 'forwarding',
  setting: 'settings',
  logo: 'settings',
  logo_image: 'settings',
  event: 'events',
  event_payload: 'events',
  event_replay: 'events',
  contact: 'audience',
  contact_property: 'audience',
  mailing_list: 'audience',
  list_membership: 'audience',
  list_left: 'audience',
  consent_change: 'audience',
  contact_job: 'audience',
  contact_job_part: 'audience',
  saved_filter: 'audience',
  customer_link: 'audience',
  subscription_state: 'audience',
  object_state: 'audience',
  planning_job: 'installs',
  notice: 'schedules',
  subscription_card: 'schedules',
  payment: 'audience',
  failed_invoice: 'audience',
  mrr_day: 'audience',
  suppression: 'audience',
  sealed_key: 'audience',
  workflow: 'workflows',
  api_event: 'workflows',
  run: 'workflows',
  run_step: 'workflows',
  email: 'emails',
  email_body: 'emails',
  email_data: 'emails',
  transactional_email: 'emails',
  email_click: 'emails',
  test_address: 'emails',
  test_send: 'emails',
};

describe('tables', () => {
  const WRITES = [
    /(?:insertInto|updateTable|deleteFrom)\(\s*'(\w+)'/g,
    /(?:insertNew|upsert|deleteByKeys)\(\s*[\w.]+,\s*'(\w+)'/g,
    /\b(?:insert into|update|delete from) (\w+)\b(?= (?:set|where|\())/g,
  ];
  const writes = sources
    .filter(({ path }) => folderOf(path) >= 0 && !path.startsWith('server/db/'))
    .flatMap(({ path, text }) =>
      WRITES.flatMap((pattern) => [...text.matchAll(pattern)].map(([, table]) => ({ path, table: table! }))),
    );

  it('are written by the folder that owns them', () => {
    expect(writes.length).toBeGreaterThan(40);
    const owner = (table: string) => OWNERS[table as keyof Schema];
    const strangers = writes.filter(({ path, table }) => !path.startsWith(`server/${owner(table)}/`));
    expect(strangers.map(({ path, table }) => `${path} writes ${table}`)).toEqual([]);
  });
});

describe('one place for each', () => {
  const saying = (pattern: RegExp, isAllowed: (path: string) => boolean) =>
    sources.filter(({ path, text }) => pattern.test(text) && !isAllowed(path)).map(({ path }) => path);

  it('reads the environment in config only', () => {
    expect(
      saying(/process\.env/, (path) => path === 'server/config.ts' || /^server\/(dev|tools)\//.test(path)),
    ).toEqual([]);
  });

  it('makes Stripe clients in stripe only', () => {
    expect(saying(/new Stripe\(/, (path) => path === 'server/stripe.ts')).toEqual([]);
  });

  it('knows the engine in db only', () => {
    const engines = ['better-sqlite3', 'better-sqlite3-13', 'pg'];
    const found = sources.filter(
      ({ path, packages }) => packages.some((name) => engines.includes(name)) && !/^server\/(db|dev)\//.test(path),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('asks the database in the domains only, never in routes or pages', () => {
    const asking = /\b(?:selectFrom|insertInto|updateTable|deleteFrom)\(|\bsql`/;
    expect(saying(asking, (path) => !/^server\/(console|api|extension)\//.test(path))).toEqual([]);
  });

  it('waits for all that goes on in a transaction, also when one part fails', () => {
    const found = sources.filter(({ path, text }) => !/^server\/(dev|tools)\//.test(path) && /\btrx\b/.test(text));
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(({ text }) => text.includes('Promise.all(')).map(({ path }) => path)).toEqual([]);
  });

  it('picks the release of SQLite’s driver in db/sqlite only', () => {
    expect(saying(/^import (?!type)[^;]*'better-sqlite3/m, () => false)).toEqual([]);
  });

  it('opens no connection but Stripe’s, the database’s, SMTP’s, IMAP’s, DNS’s, webhooks’, Loops’ and to confirm an SNS topic', () => {
    const product = sources.filter(({ path }) => !/^(stripe-app|server\/(dev|tools))\//.test(path));
    const opening =
      /import (?!type|\{ (?:(?:BlockList|isIP|isIPv4|isIPv6),? )+\} from)[^;]*from '(?:node:)?(?:https|http2|net|tls|dgram|undici)'|(?<![.\w])(?:fetch|new WebSocket)\(|\bhttp\.(?:request|get)\(/;
    const openers = product.filter(({ text }) => opening.test(text)).map(({ path }) => path);
    expect(openers.sort()).toEqual([
      'server/bounces/providers/ses.ts',
      'server/forwarding/ask.ts',
      'server/webhooks-out/post.ts',
    ]);
    const users = (name: RegExp) =>
      product.filter(({ packages }) => packages.some((one) => name.test(one))).map(({ path }) => path);
    expect(users(/^nodemailer\b/)).toEqual([
      'server/deliverability/relay.ts',
      'server/emails/smtp-utf8.ts',
      'server/emails/transport.ts',
    ]);
    expect(users(/^(node:)?dns\b/)).toEqual(['server/deliverability/dns.ts']);
    expect(users(/^imapflow$/)).toEqual(['server/bounces/mailbox.ts']);
    expect(users(/^sns-validator$/)).toEqual(['server/bounces/providers/ses.ts']);
  });

  it('touches requests and responses in routes, middleware, cookies and the console only', () => {
    const found = inFolder('server').filter(
      ({ path, packages }) =>
        packages.includes('express') &&
        !/(routes|signed-request|session-middleware|middleware|cookies?|same-origin|errors|app)\.tsx?$/.test(path) &&
        !/^server\/(console|dev)\//.test(path),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it.each([
    'server/stripe-objects',
    'server/workflows/next-step',
    'server/workflows/match',
    'server/emails/render',
    'server/schedules/plan.ts',
    'server/schedules/dates.ts',
    'server/forwarding/loops',
    'server/forwarding/properties.ts',
  ])('keeps %s pure: no database, clock or network', (prefix) => {
    const found = sources
      .filter(({ path }) => path.startsWith(prefix))
      .filter(
        ({ text, imports }) => /Date\.now\(|new Date\(\)|fetch\(/.test(text) || imports.some(leadsTo('server/db')),
      );
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('never names the hosts of package registries or paths of a machine', () => {
    const found = files.filter(({ text }) =>
      /registry\.npmjs|\/work\/main|\.\.\/shared\/(product|design|interface)\.md/.test(text),
    );
    expect(found.map(({ path }) => path).filter((path) => !path.endsWith('rules/imports.test.ts'))).toEqual([]);
  });
});
