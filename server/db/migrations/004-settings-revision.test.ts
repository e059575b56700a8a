import { sql, type Kysely } from 'kysely';
import { defaultSettings } from '../../../shared/settings';
import { changeSettings, readSettings } from '../../settings/settings';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as settingsRevision from './004-settings-revision';

const TENANT = { accountId: 'acct_1', livemode: true };

/** A row as the release before wrote it: without a revision, and without choices that came later. */
const CHOSEN = { consent: 'transactional_only', timezone: 'Europe/Berlin' } as const;
const ROW = `insert into setting (account_id, livemode, settings, updated_at)
  values ('acct_1', 1, '${JSON.stringify(CHOSEN)}', 1)`;

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    await sql.raw(ROW).execute(db);
    await settingsRevision.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('keeps what was chosen, begins at revision 0, and counts from there', async () => {
    const read = await readSettings(db, TENANT);
    expect(read).toEqual({ ...defaultSettings(), ...CHOSEN, revision: 0 });
    const saved = await changeSettings(db, TENANT, { locale: 'de-DE', revision: 0 }, 2);
    expect(saved).toEqual({ ...read, locale: 'de-DE', revision: 1 });
    expect(await readSettings(db, TENANT)).toEqual(saved);
  });
});
