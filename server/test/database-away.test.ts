/** What a database that breaks off, or refuses for a moment, may not bring about. */
import { sql } from 'kysely';
import { openDatabase } from '../db/open';
import { freshDatabase } from './databases';
import { createRig } from './workflow-rig';

it('loses one transaction, not the process, to a connection that breaks inside it', async () => {
  const url = await freshDatabase('postgres');
  const [db, other] = [openDatabase(url), openDatabase(url)];
  const uncaught = jest.fn();
  process.on('uncaughtExceptionMonitor', uncaught);
  const work = db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    await sql`select pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(other);
    // Its farewell has arrived by now; one turn lets it be read while no query is under way.
    await new Promise(setImmediate);
    await sql`select 1`.execute(trx);
  });
  await expect(work).rejects.toThrow();
  expect(uncaught).not.toHaveBeenCalled();
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  await Promise.all([db.destroy(), other.destroy()]);
});

it('sends a mail once although the database refuses at first to note that it went out', async () => {
  const rig = await createRig({ engine: 'postgres' });
  // A sequence counts on where a transaction is undone.
  await sql`create sequence notes`.execute(rig.db);
  await sql`create function refuse() returns trigger language plpgsql as $$
    begin
      if nextval('notes') <= 2 then raise exception 'away for a moment'; end if;
      return new;
    end $$`.execute(rig.db);
  await sql`create trigger refuse_notes before update on email
    for each row when (new.status = 'sent') execute function refuse()`.execute(rig.db);
  await rig.workflow({ template: 'subscription_created' });
  const jenny = await rig.contact();
  await rig.happens('customer.subscription.created', { id: 'sub_1', object: 'subscription', customer: 'cus_1' }, jenny);
  await rig.worker.drain();
  expect(await rig.emails()).toMatchObject([{ status: 'sent', attempts: 1 }]);
  rig.advance(60_000);
  await rig.worker.drain();
  expect(rig.mail.mails).toHaveLength(1);
  await rig.close();
});
