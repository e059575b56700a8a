/** Brings the database to the newest schema at start; forward only. Safe when several processes start at once. */
import { Migrator, sql, type Migration } from 'kysely';
import * as first from './migrations/001-first';
import * as namedStates from './migrations/002-named-states';
import * as fewerIndexes from './migrations/003-fewer-indexes';
import * as settingsRevision from './migrations/004-settings-revision';
import * as objectStates from './migrations/005-object-states';
import * as forgottenPeople from './migrations/006-forgotten-people';
import * as access from './migrations/007-access';
import * as bounces from './migrations/009-bounces';
import * as clicks from './migrations/010-clicks';
import * as results from './migrations/011-results';
import * as schedules from './migrations/014-schedules';
import * as testSends from './migrations/015-test-sends';
import * as payClicks from './migrations/017-pay-clicks';
import * as whyItFailed from './migrations/018-why-it-failed';
import * as failedInvoices from './migrations/019-failed-invoices';
import * as billingContacts from './migrations/020-billing-contacts';
import * as payments from './migrations/021-payments';
import * as workflowDrafts from './migrations/022-workflow-drafts';
import * as logos from './migrations/023-logos';
import * as searchAndReplays from './migrations/024-search-and-replays';
import * as api from './migrations/025-api';
import * as apiEvents from './migrations/027-api-events';
import * as overview from './migrations/028-overview';
import * as contactWork from './migrations/029-contact-work';
import * as hasLeft from './migrations/030-has-left';
import * as outbox from './migrations/031-outbox';
import * as webhooksOut from './migrations/032-webhooks-out';
import * as forwarding from './migrations/034-forwarding';
import * as countedSoon from './migrations/035-counted-soon';
import * as passedOn from './migrations/036-passed-on';
import * as forwardedOnce from './migrations/037-forwarded-once';
import * as keptLines from './migrations/038-kept-lines';
import * as ownNames from './migrations/040-own-names';
import * as nothingStays from './migrations/041-nothing-stays';
import * as toldByMail from './migrations/042-told-by-mail';
import type { Db } from './schema';

const migrations: Record<string, Migration> = {
  '001-first': { up: first.up as Migration['up'] },
  '002-named-states': { up: namedStates.up as Migration['up'] },
  '003-fewer-indexes': { up: fewerIndexes.up as Migration['up'] },
  '004-settings-revision': { up: settingsRevision.up as Migration['up'] },
  '005-object-states': { up: objectStates.up as Migration['up'] },
  '006-forgotten-people': { up: forgottenPeople.up as Migration['up'] },
  '007-access': { up: access.up as Migration['up'] },
  '009-bounces': { up: bounces.up as Migration['up'] },
  '010-clicks': { up: clicks.up as Migration['up'] },
  '011-results': { up: results.up as Migration['up'] },
  '014-schedules': { up: schedules.up as Migration['up'] },
  '015-test-sends': { up: testSends.up as Migration['up'] },
  '017-pay-clicks': { up: payClicks.up as Migration['up'] },
  '018-why-it-failed': { up: whyItFailed.up as Migration['up'] },
  '019-failed-invoices': { up: failedInvoices.up as Migration['up'] },
  '020-billing-contacts': { up: billingContacts.up as Migration['up'] },
  '021-payments': { up: payments.up as Migration['up'] },
  '022-workflow-drafts': { up: workflowDrafts.up as Migration['up'] },
  '023-logos': { up: logos.up as Migration['up'] },
  '024-search-and-replays': { up: searchAndReplays.up as Migration['up'] },
  '025-api': { up: api.up as Migration['up'] },
  '027-api-events': { up: apiEvents.up as Migration['up'] },
  '028-overview': { up: overview.up as Migration['up'] },
  '029-contact-work': { up: contactWork.up as Migration['up'] },
  '030-has-left': { up: hasLeft.up as Migration['up'] },
  '031-outbox': { up: outbox.up as Migration['up'] },
  '032-webhooks-out': { up: webhooksOut.up as Migration['up'] },
  '034-forwarding': { up: forwarding.up as Migration['up'] },
  '035-counted-soon': { up: countedSoon.up as Migration['up'] },
  '036-passed-on': { up: passedOn.up as Migration['up'] },
  '037-forwarded-once': { up: forwardedOnce.up as Migration['up'] },
  '038-kept-lines': { up: keptLines.up as Migration['up'] },
  '040-own-names': { up: ownNames.up as Migration['up'] },
  '041-nothing-stays': { up: nothingStays.up as Migration['up'] },
  '042-told-by-mail': { up: toldByMail.up as Migration['up'] },
};

/** Throws the error of the migration that failed. */
export async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error instanceof Error ? error : new Error('migration failed', { cause: error });
}

export async function isMigrated(db: Db): Promise<boolean> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  return (await migrator.getMigrations()).every((migration) => migration.executedAt !== undefined);
}

/** Those that a newer release made; none in a new database. */
export async function findUnknownMigrations(db: Db): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  // Without any, the table of them may not be there yet.
  if ((await migrator.getMigrations()).every(({ executedAt }) => executedAt === undefined)) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name).filter((name) => !(name in migrations));
}
