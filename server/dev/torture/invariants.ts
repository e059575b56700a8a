/** What must be true of the database and the mail server's book once everything has settled. */
import { LEASE_MS, QUEUE_TABLES } from '../../db/claim';
import type { Db, Row } from '../../db/schema';
import { ofTenant, type Tenant } from '../../db/tenant';
import { readSettings } from '../../settings/settings';
import { checkContacts } from './contact-invariants';
import { checkMails } from './mail-invariants';
import { checkRuns } from './run-invariants';
import type { Stage } from './stage';
import { countRows, readTables, type Checked, type Tables } from './tables';
import { checkTruth } from './truth-invariants';
import type { Violation } from './violation';

export async function checkEverything(stage: Stage): Promise<Violation[]> {
  const tables = await readTables(stage.db, stage.hostile, stage.checked);
  return [
    ...checkEvents(stage, tables),
    await checkPayloads(stage.db, stage.checked.seq),
    ...checkContacts(stage, tables),
    ...checkRuns(stage, tables),
    ...checkMails(stage, tables),
    ...checkTruth(stage, tables),
    await checkClaims(stage.db, stage.clock.now() + LEASE_MS, stage.tenant),
    await checkInstall(stage),
  ].filter(({ ids }) => ids.length > 0);
}

/** Everything is stopped in order: then nobody may hold a claim any more. */
export async function checkTheEnd({ db, processes, hostile, checked }: Stage): Promise<Violation[]> {
  const faults = await Promise.all(processes.map((one) => one.stop()));
  return [
    { rule: 'SIGTERM ends a process in order within 10 s', ids: faults.filter((fault) => fault !== undefined) },
    { ...(await checkClaims(db, 0)), rule: 'a stopped process gives its claims back' },
    ...(checked.events > 0 ? await checkTotals(db, hostile, checked) : []),
  ].filter(({ ids }) => ids.length > 0);
}

function checkEvents({ deliveries, engine }: Stage, { events }: Tables): Violation[] {
  const records = [...deliveries.records.values()];
  const known = records.flatMap((record) => {
    const row = events.get(record.id);
    return row ? [{ record, row }] : [];
  });
  const describe = ({ id, type, status, reason, outcome }: Row<'event'>) =>
    `${id} ${type} ${status} ${reason ?? ''} ${outcome}`;
  return [
    {
      rule: 'every event answered with 200, and every one that Stripe lists as undelivered, is in the log',
      kind: 'lost',
      ids: records
        .filter(({ id, isTaken, way }) => (isTaken || way === 'missed') && !events.has(id))
        .map(({ id }) => id),
    },
    {
      rule: 'a forged event is refused and never in the log',
      ids: known.filter(({ record }) => record.way === 'forged').map(({ row }) => row.id),
    },
    {
      rule: `a signed event is answered with 200, or 503 and when to come again (${engine.name})`,
      ids: records
        .filter(({ way, refusals }) => refusals.some((status) => way !== 'forged' || status !== '400'))
        .map(({ id, refusals }) => `${id} ${refusals.join(' ')}`),
    },
    {
      rule: 'every event ends as it should',
      ids: known
        .filter(({ record: { expected, customer }, row: { status } }) => {
          if (customer?.isDeleted || expected === 'any') return !['processed', 'skipped'].includes(status);
          return status !== expected;
        })
        .map(({ row }) => describe(row)),
    },
  ];
}

/** What was found sound round by round is still there, and nothing has come of it since. */
async function checkTotals(db: Db, hostile: Tenant, checked: Checked): Promise<Violation[]> {
  const now = await countRows(db, hostile);
  return (['events', 'runs', 'emails'] as const).map((what) => ({
    rule: `as many ${what} at the end as were checked round by round`,
    kind: now[what] < checked[what] ? 'lost' : 'doubled',
    ids: now[what] === checked[what] ? [] : [`${now[what]} instead of ${checked[what]}`],
  }));
}

/** An event and its payload are there together or not at all; what is ignored keeps none. */
async function checkPayloads(db: Db, since: string): Promise<Violation> {
  const rows = await db.selectFrom('event').select(['id', 'seq', 'status']).where('seq', '>', since).execute();
  const kept = await db.selectFrom('event_payload').select('seq').where('seq', '>', since).execute();
  const payloads = new Set(kept.map(({ seq }) => seq));
  const seqs = new Set(rows.map(({ seq }) => seq));
  return {
    rule: 'no event is half there',
    kind: 'lost',
    ids: [
      ...rows
        .filter(({ seq, status }) => payloads.has(seq) !== (status !== 'ignored'))
        .map(({ id, status }) => `event ${id} ${status}`),
      ...[...payloads].filter((seq) => !seqs.has(seq)).map((seq) => `payload ${seq}`),
    ],
  };
}

/** Claims that nobody will ever end: they reach beyond any lease given until now. */
async function checkClaims(db: Db, latest: number, tenant?: Tenant): Promise<Violation> {
  const ids: string[] = [];
  for (const table of QUEUE_TABLES) {
    const stuck = await db
      .selectFrom(table as 'event')
      .select('due_at')
      .$if(tenant !== undefined, (query) => query.where(ofTenant(tenant!)))
      .where('claims', '>', 0)
      .where((eb) => eb.or([eb('due_at', 'is', null), eb('due_at', '>', latest)]))
      .execute();
    ids.push(...stuck.map(({ due_at }) => `${table} until ${due_at}`));
  }
  return { rule: 'no claim is stuck', kind: 'stuck', ids };
}

async function checkInstall({ db, tenant, settings }: Stage): Promise<Violation> {
  const found = await readSettings(db, tenant);
  const install = await db.selectFrom('install').select(['id', 'status']).where(ofTenant(tenant)).executeTakeFirst();
  const paused = await db.selectFrom('workflow').select('id').where('status', '!=', 'active').execute();
  return {
    rule: 'settings, workflows and the connection are as they were',
    ids: [
      ...(JSON.stringify(found) === JSON.stringify(settings) ? [] : ['settings']),
      ...(install?.status === 'active' ? [] : [`install ${install?.status}`]),
      ...paused.map(({ id }) => `workflow ${id}`),
    ],
  };
}
