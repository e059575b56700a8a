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
  'run subject_id': "status = 'running'",
};

const files = readdirSync(SERVER, { recursive: true, encoding: 'utf8' });
const sources = files.filter((file) => /\.tsx?$/.test(file) && !/\.test\.|^(dev|test)\//.test(file));
const texts = sources.map((file) => readFileSync(join(SERVER, file), 'utf8'));
const lookUps = new Set(
  texts.flatMap((text) => [...text.matchAll(LOOK_UP)].map(([, table, column]) => `${table} ${column}`)),
);

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
