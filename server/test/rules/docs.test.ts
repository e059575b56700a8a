/** What the documents name exists: files, tests, metrics. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createMetrics } from '../../metrics';

const ROOT = resolve(__dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENTS = ['README.md', ...listFiles('docs', /\.md$/)];

function listFiles(folder: string, names: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => names.test(name))
    .map((name) => `${folder}/${name}`);
}

describe.each(DOCUMENTS)('%s', (path) => {
  const text = read(path);

  it('names files that exist', () => {
    const named = [...text.matchAll(/`((?:\.ci|docs|server|shared|stripe-app)\/[\w./-]+)`/g)].map(([, file]) => file!);
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('links to files and headings that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    const dead = links.filter(([, file, heading]) => {
      const target = file ? join(dirname(path), file) : path;
      return !existsSync(join(ROOT, target)) || (heading && !headingsOf(target).includes(heading));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });
});

/** As GitHub makes anchors of them. */
const headingsOf = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

describe('docs/security.md', () => {
  it('quotes tests that exist; … stands for what varies', () => {
    const tests = ['server', 'shared', 'stripe-app'].flatMap((folder) => listFiles(folder, /\.test\.tsx?$/)).map(read);
    const titles = tests.join('\n').replaceAll("\\'", "'");
    const quoted = [...read('docs/security.md').matchAll(/"([^"\n]+)"/g)].flatMap(([, title]) => title!.split('…'));
    expect(quoted.length).toBeGreaterThan(40);
    expect(quoted.filter((part) => !titles.includes(part.trim()))).toEqual([]);
  });
});

describe('what watches Tillpost', () => {
  const dashboard = JSON.parse(read('docs/deploy/grafana.json')) as { panels: { targets: { expr: string }[] }[] };
  const places = {
    'the dashboard': dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n'),
    'docs/operations.md': [...read('docs/operations.md').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code).join('\n'),
  };

  it.each(Object.entries(places))('names only metrics that /metrics shows: %s', async (_place, text) => {
    const shown = await listMetrics();
    const named = new Set(text.match(/\b(?:tillpost|nodejs|process)_\w+/g));
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((name) => !shown.has(name))).toEqual([]);
  });

  it.each(Object.entries(places))('asks metrics only for labels that they have: %s', async (_place, text) => {
    const shown = await listMetrics();
    const labels = [...text.matchAll(/(tillpost_\w+)\{([^}]+)\}/g)].flatMap(([, metric, list]) =>
      list!.split(',').map((label) => [metric!, label.split('=')[0]!] as const),
    );
    const grouped = [...text.matchAll(/ by \((\w+)\) \((?:rate\()?(tillpost_\w+)/g)].map(
      ([, label, metric]) => [metric!, label!] as const,
    );
    const asked = [...labels, ...grouped];
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter(([metric, label]) => !shown.get(metric)?.includes(label))).toEqual([]);
  });
});

/** Every name of a scrape with its labels; a histogram shows three. */
async function listMetrics(): Promise<Map<string, string[]>> {
  const { registry, collectDefaults } = createMetrics();
  collectDefaults();
  const shown = new Map<string, string[]>();
  for (const { name, type } of await registry.getMetricsAsJSON()) {
    const metric = registry.getSingleMetric(name) ?? {};
    const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? (metric.labelNames as string[]) : [];
    shown.set(name, labels);
    if (String(type) !== 'histogram') continue;
    for (const part of ['count', 'sum']) shown.set(`${name}_${part}`, labels);
    shown.set(`${name}_bucket`, [...labels, 'le']);
  }
  registry.clear();
  return shown;
}
