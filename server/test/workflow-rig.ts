/** Workflows and emails on a real database with a real SMTP server, without HTTP and Stripe. */
import { createContext, type Context } from '../context';
import { readConfig } from '../config';
import { isNewer, stateRow } from '../audience/object-states';
import { newContact } from '../audience/audience-rows';
import { openSuppressionKey } from '../audience/suppression-key';
import { stampOf } from '../audience/stamp';
import { upsert } from '../db/bulk';
import { byId, keyFor, keyText, selectByKeys } from '../db/keys';
import { migrate } from '../db/migrate';
import { newId, timeOrderedId } from '../db/new-id';
import { flag } from '../db/columns';
import type { Row } from '../db/schema';
import { ofTenant, tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { createEmailQueue } from '../emails/email-queue';
import type { Patience } from '../emails/delivery-watch';
import type { Preparation } from '../emails/preparation';
import { createTransport } from '../emails/transport';
import { createLog } from '../log';
import { saveSettings } from '../settings/settings';
import { readObject, type ReadableType } from '../stripe-objects/read-object';
import { createWorker } from '../worker';
import { emailPreparation } from '../workflows/prepare-emails';
import { createRunQueue } from '../workflows/run-queue';
import { carryOut, startKey } from '../workflows/carry-out';
import { findLiveWorkflows } from '../workflows/live-workflows';
import { subjectOf } from '../workflows/only-while';
import { planRuns } from '../workflows/plan-runs';
import { findStories } from '../workflows/stories';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { defaultSettings, type Settings } from '../../shared/settings';
import { migratedDatabase, type Engine } from './databases';
import { closing } from './leftovers';
import { startMailServer } from './mail-server';
import { testRendering } from './render-thread';

export const tenant: Tenant = { accountId: 'acct_1', livemode: true };
export const DAY = 86_400_000;

export type Rig = Awaited<ReturnType<typeof createRig>>;

export async function createRig({
  engine = 'sqlite',
  smtp = true,
  rate = '',
  log = createLog('silent'),
  patience = undefined as Patience | undefined,
  env = {},
}: {
  engine?: Engine;
  smtp?: boolean;
  rate?: string;
  log?: Context['log'];
  patience?: Patience;
  env?: Record<string, string>;
} = {}) {
  const mail = await startMailServer();
  const databaseUrl = await migratedDatabase(engine);
  const time = { ms: Date.UTC(2026, 2, 1, 9) };
  const processes: Context[] = [];

  function startProcess(db?: Context['db']) {
    const settings = readConfig({
      DATABASE_URL: databaseUrl,
      PUBLIC_URL: 'https://mail.example.com',
      ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      MAIL_FROM: 'Operator <hello@mail.example.com>',
      ...(smtp ? { SMTP_URL: mail.url + rate } : {}),
      ...env,
    });
    const transport = smtp ? createTransport(mail.url, undefined, patience) : null;
    const ctx = createContext(settings, {
      clock: { now: () => time.ms },
      log,
      transport,
      rendering: testRendering(),
      ...(db ? { db } : {}),
    });
    processes.push(ctx);
    return {
      ctx,
      worker: createWorker(ctx, [createRunQueue(), createEmailQueue({ ...emailPreparation, ask: asBefore })]),
    };
  }

  /** Stripe says what it last told. */
  const asBefore: Preparation['ask'] = async (own, { subject_id }) => {
    await own.db.updateTable('object_state').set({ known_at: time.ms }).where('id', '=', subject_id).execute();
  };

  const { ctx, worker } = startProcess();
  await migrate(ctx.db);
  await openSuppressionKey(ctx);
  for (const livemode of [true, false]) await connect({ ...tenant, livemode });

  async function connect(whose: Tenant): Promise<void> {
    const install = { id: newId('ins', time.ms), kind: 'oauth', status: 'active', connected_at: time.ms } as const;
    await ctx.db
      .insertInto('install')
      .values({ ...tenantColumns(whose), ...install })
      .execute();
  }

  return {
    ctx,
    db: ctx.db,
    worker,
    mail,
    startProcess,
    advance: (ms: number) => (time.ms += ms),

    saveSettings: (settings: Partial<Settings>, whose = tenant) =>
      saveSettings(ctx.db, whose, { ...defaultSettings(), ...settings }, time.ms),

    async contact(fields: Partial<Row<'contact'>> = {}, whose = tenant): Promise<Row<'contact'>> {
      const made = { email: 'jenny@example.com', status: 'subscribed', source: 'Stripe' } as const;
      const row: Row<'contact'> = {
        ...newContact(whose, made, time.ms),
        first_name: 'Jenny',
        last_name: 'Rosen',
        ...fields,
      };
      await ctx.db.insertInto('contact').values(row).execute();
      return row;
    },

    /** An active workflow. */
    async workflow(source: Parameters<typeof createWorkflow>[2], whose = tenant) {
      const { id } = await createWorkflow(ctx.db, whose, source, time.ms);
      return activateWorkflow(ctx.db, whose, id, time.ms);
    },

    /** An event has been processed for a contact; returns how many runs it started. */
    async happens(
      type: ReadableType,
      object: object,
      contact: Row<'contact'>,
      { starts = true, workflowsActiveBefore = null as number | null, id = `evt_${timeOrderedId(time.ms)}` } = {},
    ): Promise<number> {
      const whose = { accountId: contact.account_id, livemode: contact.livemode === 1 };
      const seq = timeOrderedId(time.ms);
      const event = { id, type, created: Math.floor(time.ms / 1000) };
      const started = await transact(ctx.db, async (trx) => {
        await trx
          .insertInto('event')
          .values({
            ...tenantColumns(whose),
            ...event,
            seq,
            received_at: time.ms,
            status: 'processed',
            reason: null,
            outcome: '',
            contact_id: contact.id,
            customer_id: null,
            due_at: null,
            give_up_at: null,
            last_error: null,
          })
          .onConflict((oc) => oc.doNothing())
          .execute();
        await trx
          .insertInto('event_payload')
          .values({
            ...tenantColumns(whose),
            seq,

            payload: JSON.stringify({ ...event, data: { object } }),
          })
          .execute();
        const read = readObject(type, object);
        if (read.state) {
          const state = stateRow(whose, read.state, {
            stamp: stampOf(type, event.created),
            knownAt: time.ms,
            dueAt: null,
          });
          const known = byId(await selectByKeys(trx, 'object_state', 'id', [keyFor(state, state.id)]));
          if (isNewer(state, known.get(keyText(state, state.id)))) await upsert(trx, 'object_state', ['id'], [state]);
        }
        const [state] = await selectByKeys(trx, 'object_state', 'id', [
          keyFor(tenantColumns(whose), subjectOf(type, read)?.id ?? ''),
        ]);
        const trigger = { event, object: read, contact, starts, workflowsActiveBefore, state };
        const live = (await findLiveWorkflows(trx, [whose])).get(tenantKey(whose)) ?? [];
        const starting = { workflows: live, triggers: [trigger] };
        const past = { exits: new Map(), stories: await findStories(trx, [starting]) };
        return carryOut(trx, planRuns(starting, past, { now: time.ms, writeDate: String }), time.ms);
      });
      return started.started.get(startKey(whose.accountId, flag(whose.livemode), id)) ?? 0;
    },

    emails: (whose = tenant) => ctx.db.selectFrom('email').selectAll().where(ofTenant(whose)).orderBy('id').execute(),
    runs: (whose = tenant) => ctx.db.selectFrom('run').selectAll().where(ofTenant(whose)).orderBy('id').execute(),

    close: closing(async () => {
      for (const one of processes) one.transport?.close();
      for (const db of new Set(processes.map((one) => one.db))) await db.destroy();
      await mail.close();
    }),
  };
}
