import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as workflowDrafts from './022-workflow-drafts';

describe.each(ENGINES)('on %s', (engine) => {
  it('workflows of the release before have no draft beside what they run', async () => {
    const db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into workflow
      (account_id, livemode, id, name, status, revision, trigger_type, definition, activated_at, created_at, updated_at)
      values ('acct_1', 1, 'wfl_1', 'Old', 'active', 7, 'invoice.paid', '{}', 3, 1, 2)`.execute(db);
    await workflowDrafts.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('workflow').selectAll().execute()).toMatchObject([
      { id: 'wfl_1', status: 'active', revision: 7, definition: '{}', draft: null, draft_at: null },
    ]);
    await db.destroy();
  });
});
