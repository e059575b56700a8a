/** `npm run licences`: writes docs/licences.md, what production depends on and under which licence. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const FILE = join(ROOT, 'docs/licences.md');

/** SPDX names of licences that ask for no more than to be named. */
export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
];

interface Locked {
  version?: string;
  license?: string;
  integrity?: string;
  dev?: boolean;
  devOptional?: boolean;
}

/** Of package-lock.json, by name and version, in order. */
export function readPackages(): (Locked & { name: string; isProduction: boolean })[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, locked]) => ({
      ...locked,
      name: `${path.replace(/^.*node_modules\//, '')} ${locked.version}`,
      isProduction: !locked.dev && !locked.devOptional,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `(MIT OR EUPL-1.1+)` may be taken as MIT. */
export const choicesOf = (license: string): string[] => license.replace(/[()]/g, '').split(' OR ');

export function licencesPage(): string {
  const groups = new Map<string, Set<string>>();
  for (const { name, license = 'none named', isProduction } of readPackages())
    if (isProduction) groups.set(license, (groups.get(license) ?? new Set()).add(name));
  const sections = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    '# Licences',
    '',
    'What runs in production, by licence. Written by `npm run licences`; a test keeps it true and refuses licences that ask',
    'for more than to be named.',
    ...sections.flatMap(([license, names]) => ['', `## ${license}`, '', `${[...names].join(', ')}.`]),
    '',
  ].join('\n');
}

if (require.main === module) writeFileSync(FILE, licencesPage());
