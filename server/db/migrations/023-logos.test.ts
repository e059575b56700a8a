import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { findLogo, saveLogo } from '../../settings/logos';
import { readSettings } from '../../settings/settings';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as settingsRevision from './004-settings-revision';
import * as logos from './023-logos';

const TENANT = { accountId: 'acct_1', livemode: true };

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    for (const { up } of [first, settingsRevision]) await up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('gives installs of before our look, and room for one logo', async () => {
    const settings = JSON.stringify({
      locale: 'de-DE',
      sender: { from_name: 'Acme', reply_to: null, postal_address: null },
    });
    await sql`insert into setting (account_id, livemode, settings, updated_at) values ('acct_1', 1, ${settings}, 1)`.execute(
      db,
    );
    await logos.up(db as unknown as Kysely<never>);
    expect(await readSettings(db, TENANT)).toMatchObject({
      locale: 'de-DE',
      brand: { color: null, font: 'system', footer: null },
    });
    expect(await findLogo(db, TENANT)).toBeUndefined();
    for (const width of [10, 20]) await saveLogo(db, TENANT, { png: Buffer.from('png'), width, height: 10 }, width);
    expect(await db.selectFrom('logo').select(['width', 'updated_at']).execute()).toEqual([
      { width: 20, updated_at: 20 },
    ]);
  });
});
