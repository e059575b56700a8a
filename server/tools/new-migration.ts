/** `npm run migration -- <name>`: a new, empty migration and the line that registers it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = 'server/db/migrations';
const REGISTER = 'server/db/migrate.ts';

const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9-]*$/.test(name)) {
  console.error('Usage: npm run migration -- <name-in-kebab-case>');
  process.exit(1);
}
const last =
  readdirSync(FOLDER)
    .filter((file) => /^\d{3}-.*\.ts$/.test(file))
    .sort()
    .at(-1) ?? '000';
const key = `${String(Number(last.slice(0, 3)) + 1).padStart(3, '0')}-${name}`;
const file = `${FOLDER}/${key}.ts`;
if (existsSync(file)) throw new Error(`${file} exists`);
const variable = name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());

writeFileSync(
  file,
  `import type { Kysely } from 'kysely';\n\nexport async function up(db: Kysely<never>): Promise<void> {\n  void db;\n}\n`,
);
const register = readFileSync(REGISTER, 'utf8')
  .replace(
    /(import \* as \w+ from '\.\/migrations\/[^\n]+\n)(?!import \* as)/,
    `$1import * as ${variable} from './migrations/${key}';\n`,
  )
  .replace(
    /(const migrations[^{]+\{[^}]*\{[^}]*\},\n(?:.*\{.*\},\n)*)/,
    `$1  '${key}': { up: ${variable}.up as Migration['up'] },\n`,
  );
writeFileSync(REGISTER, register);
console.log(`Wrote ${file} and registered it in ${REGISTER}.`);
