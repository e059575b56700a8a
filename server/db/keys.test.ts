/** Look-ups by keys find an index, whatever the account's size. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { migrate } from './migrate';
import { openDatabase } from './open';

const SERVER = join(__dirname, '..');
/** `selectByKeys(trx, 'contact', 'id', …`, over several lines too. */
const LOOK_UP =
  /(?:selectByKeys|findPresentKeys|deleteByKeys|sumByKeys)(?:<[^(]*>)?\(\s*\w+(?:\.\w+)?,\s*'(\w+)',\s*'(\w+)'/g;
/** What the look-up says beside its keys, where the index is partial. */
const BESIDE: Readonly<Record<string, string>> = {
  'email subject_id': "status = 'queued'",
  'event customer_id': 'contact_id is null',
  'run event_id': "status = 'running'",
  'run subject_id': "status = 'running'",
};

const files = readdirSync(SERVER, { recursive: true, encoding: 'utf8' });
const sources = files.filter((file) => /\.tsx?$/.test(file) && !/\.test\.|^(dev|test)\//.test(file));
const calls = sources.flatMap((file) => {
  const text = readFileSync(join(SERVER, file), 'utf8');
  return [...text.matchAll(LOOK_UP)].map(({ 1: table, 2: column, index }) => ({
    file,
    lookUp: `${table} ${column}`,
    said: withConstants(callAt(text, index), text),
  }));
});
const lookUps = new Set(calls.map(({ lookUp }) => lookUp));

/** From its name to its last bracket. */
function callAt(text: string, index: number): string {
  let depth = 0;
  for (let end = text.indexOf('(', index); end < text.length; end++) {
    depth += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0;
    if (depth === 0) return text.slice(index, end + 1);
  }
  throw new Error('Its last bracket is missing.');
}

/** With the file's constants that it names. */
function withConstants(call: string, text: string): string {
  const names = new Set<string | undefined>(call.match(/\w+/g));
  const constants = [...text.matchAll(/const (\w+) = .*;/g)].filter(([, name]) => names.has(name));
  return [call, ...constants.map(([line]) => line)].join('\n');
}

it('are found in the sources', () => {
  expect(lookUps.size).toBeGreaterThan(12);
});

it.each([...lookUps].sort())('%s is found by an index of that column on SQLite', async (lookUp) => {
  const [table = '', column = ''] = lookUp.split(' ');
  const db = openDatabase('sqlite::memory:');
  await migrate(db);
  const keys = `(account_id, livemode, "${column}") in (values ('a', 1, 'b'), ('a', 1, 'c'))`;
  const query = `explain query plan select * from "${table}" where ${keys} and "${column}" is not null and ${BESIDE[lookUp] ?? 'true'}`;
  const { rows } = await sql.raw<{ detail: string }>(query).execute(db);
  await db.destroy();
  expect(rows[0]?.detail).toContain(`${column}=?`);
});

const beside = calls.filter(({ lookUp }) => lookUp in BESIDE);

it.each(beside)('$lookUp in $file says what its index needs', ({ lookUp, said }) => {
  expect(said).toContain(BESIDE[lookUp]);
});
