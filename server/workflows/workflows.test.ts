import type { Condition, Definition, EmailContent, Step } from '../../shared/workflow';
import { contactFacts } from './contact-facts';
import { ENGINES } from '../test/databases';
import { createRig, DAY, tenant, type Rig } from '../test/workflow-rig';
import { transact } from '../db/transact';
import { flag } from '../db/columns';
import { moveContact } from '../db/contact-references';
import { releaseContact } from '../db/release-contact';
import { tenantKey } from '../db/tenant';
import { listRuns, runsByStep } from './list-runs';
import { readRun } from './runs';
import { CONTACT_PROPERTIES, type EventType } from '../../shared/catalogue';
import { readObject } from '../stripe-objects/read-object';
import { carryOut, startKey } from './carry-out';
import { findLiveWorkflows } from './live-workflows';
import { planRuns, type WorkflowTrigger } from './plan-runs';
import {
  activateWorkflow,
  createWorkflow,
  deleteWorkflow,
  duplicateWorkflow,
  pauseWorkflow,
  saveWorkflow,
} from './workflows';
import { listWorkflows, readWorkflow } from './read-workflows';

const email = (id: string, subject = id, fields: Partial<EmailContent> = {}): Step => ({
  id,
  kind: 'email',
  email: { kind: 'transactional', subject, preview_text: '', body: 'Hi', ...fields },
});
const wait = (id: string, amount = 1): Step => ({ id, kind: 'wait', amount, unit: 'days' });
const define = (steps: Step[], rest: Partial<Definition> = {}): Definition => ({
  name: 'Test',
  trigger: { event: 'invoice.payment_failed', conditions: [], frequency: 'every_time' },
  exit_events: [],
  steps,
  ...rest,
});
const invoice = (id: string, fields: object = {}) => ({
  id,
  object: 'invoice',
  customer: 'cus_1',
  currency: 'usd',
  amount_due: 2000,
  amount_paid: 0,
  attempt_count: 1,
  hosted_invoice_url: 'https://invoice.stripe.com/i/1',
  ...fields,
});
const paid = (id: string) => invoice(id, { amount_due: 2000, amount_paid: 2000, status: 'paid' });

describe.each(ENGINES)('workflows on %s', (engine) => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig({ engine });
  });
  afterEach(() => rig.close());

  const subjects = async () => (await rig.emails()).map(({ subject }) => subject);

  it('start once per event, and once for two events of one change', async () => {
    await rig.workflow({ definition: define([email('one')]) });
    const jenny = await rig.contact();
    expect(await rig.happens('invoice.payment_failed', invoice('in_1'), jenny, { id: 'evt_1' })).toBe(1);
    expect(await rig.happens('invoice.payment_failed', invoice('in_1'), jenny, { id: 'evt_1' })).toBe(0);
    expect(await rig.happens('invoice.payment_failed', invoice('in_1'), jenny, { id: 'evt_2' })).toBe(0);
    expect(await rig.happens('invoice.payment_failed', invoice('in_1', { attempt_count: 2 }), jenny)).toBe(1);
    await rig.worker.drain();
    expect(rig.mail.subjects()).toEqual(['one', 'one']);
  });

  it('start for matching conditions only, on event and contact', async () => {
    const conditions: Condition[] = [
      { property: 'event.amount', operator: 'greater', value: 1000 },
      { property: 'contact.user_group', operator: 'is', value: 'vip' },
    ];
    await rig.workflow({
      definition: define([email('one')], {
        trigger: { event: 'invoice.payment_failed', conditions, frequency: 'every_time' },
      }),
    });
    const vip = await rig.contact({ user_group: 'VIP' });
    const other = await rig.contact({ email: 'other@example.com' });
    expect(await rig.happens('invoice.payment_failed', invoice('in_1'), vip)).toBe(1);
    expect(await rig.happens('invoice.payment_failed', invoice('in_2', { amount_due: 500 }), vip)).toBe(0);
    expect(await rig.happens('invoice.payment_failed', invoice('in_3'), other)).toBe(0);
  });

  it('start for nobody while draft or paused, too late, or activated after a replayed event', async () => {
    const { id } = await createWorkflow(rig.db, tenant, { definition: define([email('one')]) }, 1);
    const jenny = await rig.contact();
    const happens = (n: number, rest = {}) => rig.happens('invoice.payment_failed', invoice(`in_${n}`), jenny, rest);
    expect(await happens(1)).toBe(0);
    await activateWorkflow(rig.db, tenant, id, 1_000);
    expect(await happens(2, { starts: false })).toBe(0);
    expect(await happens(3, { workflowsActiveBefore: 999 })).toBe(0);
    expect(await happens(3, { workflowsActiveBefore: 1_001 })).toBe(1);
    await pauseWorkflow(rig.db, tenant, id, 2_000);
    expect(await happens(4)).toBe(0);
  });

  it('start once per contact, for ever', async () => {
    const trigger: Definition['trigger'] = {
      event: 'invoice.payment_failed',
      conditions: [],
      frequency: 'once_per_contact',
    };
    await rig.workflow({ definition: define([email('one')], { trigger }) });
    const jenny = await rig.contact();
    const other = await rig.contact({ email: 'other@example.com' });
    expect(await rig.happens('invoice.payment_failed', invoice('in_1'), jenny)).toBe(1);
    await rig.worker.drain();
    expect(await rig.happens('invoice.payment_failed', invoice('in_2'), jenny)).toBe(0);
    expect(await rig.happens('invoice.payment_failed', invoice('in_3'), other)).toBe(1);
  });

  it('run one at a time per invoice, and again once that run has ended', async () => {
    const trigger: Definition['trigger'] = {
      event: 'invoice.payment_failed',
      conditions: [],
      frequency: 'one_at_a_time',
    };
    await rig.workflow({ definition: define([wait('w')], { trigger }) });
    const jenny = await rig.contact();
    const attempt = (n: number, id = 'in_1') =>
      rig.happens('invoice.payment_failed', invoice(id, { attempt_count: n }), jenny);
    expect([await attempt(1), await attempt(2), await attempt(1, 'in_2')]).toEqual([1, 0, 1]);
    await rig.worker.drain();
    expect(await attempt(3)).toBe(0);
    rig.advance(DAY);
    await rig.worker.drain();
    expect(await attempt(4)).toBe(1);
  });

  it('branch and filter on properties of event and contact, and update the contact on the way', async () => {
    await rig.workflow({
      definition: define([
        { id: 'group', kind: 'update_contact', user_group: 'Late' },
        {
          id: 'split',
          kind: 'branch',
          paths: [
            {
              id: 'p',
              name: 'Large',
              conditions: [{ property: 'event.amount', operator: 'greater', value: 5000 }],
              steps: [email('large')],
            },
          ],
          else: [email('small')],
        },
        { id: 'late', kind: 'filter', conditions: [{ property: 'contact.user_group', operator: 'is', value: 'Late' }] },
        email('late-mail'),
        { id: 'vip', kind: 'filter', conditions: [{ property: 'contact.first_name', operator: 'is', value: 'Jenny' }] },
        email('jenny'),
      ]),
    });
    const jenny = await rig.contact();
    const joe = await rig.contact({ email: 'joe@example.com', first_name: 'Joe' });
    await rig.happens('invoice.payment_failed', invoice('in_1'), jenny);
    await rig.happens('invoice.payment_failed', invoice('in_2', { amount_due: 9000 }), joe);
    await rig.worker.drain();
    expect((await subjects()).sort()).toEqual(['jenny', 'large', 'late-mail', 'late-mail', 'small']);
    const runs = await listRuns(rig.db, tenant, { contact: joe.id, limit: 10 });
    const run = await readRun(rig.db, tenant, runs.data[0]?.id ?? '');
    expect(run).toMatchObject({ status: 'finished', reason: 'filtered' });
    expect(run?.steps.map(({ kind, result }) => [kind, result])).toEqual([
      ['update_contact', 'Moved to user group Late'],
      ['branch', 'Took the path Large'],
      ['email', 'Queued “large”'],
      ['filter', 'Matched: goes on'],
      ['email', 'Queued “late-mail”'],
      ['filter', 'Did not match: ends here'],
    ]);
  });

  it('wait over a restart of the process', async () => {
    await rig.workflow({ definition: define([wait('w', 3), email('later')]) });
    await rig.happens('invoice.payment_failed', invoice('in_1'), await rig.contact());
    await rig.worker.drain();
    rig.advance(3 * DAY - 1);
    const restarted = rig.startProcess(rig.db);
    await restarted.worker.drain();
    expect(await subjects()).toEqual([]);
    rig.advance(1);
    await restarted.worker.drain();
    expect(rig.mail.subjects()).toEqual(['later']);
  });

  it('chase a failed payment and stop when that invoice is paid', async () => {
    await rig.workflow({ template: 'payment_failed' });
    const jenny = await rig.contact();
    await rig.happens('invoice.payment_failed', invoice('in_1'), jenny);
    await rig.worker.drain();
    await rig.happens('invoice.paid', paid('in_2'), jenny);
    rig.advance(3 * DAY);
    await rig.worker.drain();
    expect(rig.mail.subjects()).toEqual(['Your payment of $20.00 didn’t go through', 'Still open: $20.00']);
    await rig.happens('invoice.paid', paid('in_1'), jenny);
    rig.advance(30 * DAY);
    await rig.worker.drain();
    expect(rig.mail.mails).toHaveLength(2);
    expect(await rig.runs()).toMatchObject([{ status: 'exited', reason: 'invoice.paid', slot: 'once in_1' }]);
  });

  it('end and start in the order of the events of one batch', async () => {
    const definition = define([wait('w')], { exit_events: [{ event: 'invoice.paid', match: 'object' }] });
    await rig.workflow({ definition });
    const jenny = await rig.contact();
    const trigger = (id: string, type: EventType, object: object): WorkflowTrigger => ({
      event: { id, type, created: 1 },
      object: readObject(type, object),
      contact: jenny,
      starts: true,
    });
    const live = (await findLiveWorkflows(rig.db, [tenant])).get(tenantKey(tenant)) ?? [];
    const triggers = [
      trigger('evt_1', 'invoice.payment_failed', invoice('in_1')),
      trigger('evt_2', 'invoice.paid', paid('in_1')),
      trigger('evt_3', 'invoice.payment_failed', invoice('in_1', { attempt_count: 2 })),
    ];
    const started = await transact(rig.db, (trx) =>
      carryOut(
        trx,
        planRuns(
          { workflows: live, triggers },
          { exits: new Map(), stories: new Set() },
          { now: 5, writeDate: String },
        ),
        5,
      ),
    );
    const startedBy = (id: string) => startKey(tenant.accountId, flag(tenant.livemode), id);
    expect([...started.started]).toEqual([
      [startedBy('evt_1'), 1],
      [startedBy('evt_3'), 1],
    ]);
    expect((await rig.runs()).map(({ status }) => status)).toEqual(['exited', 'running']);
  });

  it('keep the clocks of their runs while paused, and let exit events end them', async () => {
    const definition = define([wait('w', 2), email('later')], {
      exit_events: [{ event: 'invoice.paid', match: 'object' }],
    });
    const { id } = await rig.workflow({ definition });
    const jenny = await rig.contact();
    await rig.happens('invoice.payment_failed', invoice('in_1'), jenny);
    await rig.happens('invoice.payment_failed', invoice('in_2'), jenny);
    await rig.worker.drain();
    await pauseWorkflow(rig.db, tenant, id, 1);
    await rig.happens('invoice.paid', paid('in_2'), jenny);
    rig.advance(5 * DAY);
    await rig.worker.drain();
    expect(await subjects()).toEqual([]);
    await activateWorkflow(rig.db, tenant, id, 1);
    await rig.worker.drain();
    expect(await subjects()).toEqual(['later']);
    expect((await rig.runs()).map(({ status }) => status)).toEqual(['finished', 'exited']);
  });

  it('let runs go on by the ids of steps after an edit, passing over what was removed', async () => {
    const { id, revision } = await rig.workflow({
      definition: define([email('a'), wait('w', 2), email('b'), email('c')]),
    });
    await rig.happens('invoice.payment_failed', invoice('in_1'), await rig.contact());
    await rig.worker.drain();
    expect(await runsByStep(rig.db, tenant, id)).toEqual({ w: 1 });
    const saved = await saveWorkflow(
      rig.db,
      tenant,
      id,
      define([email('a'), email('new'), email('c', 'c edited')]),
      revision,
      2,
    );
    expect(saved).toMatchObject({ revision: 2, status: 'active' });
    expect(await runsByStep(rig.db, tenant, id)).toEqual({ c: 1 });
    rig.advance(2 * DAY);
    await rig.worker.drain();
    expect(await subjects()).toEqual(['a', 'c edited']);
  });

  it('stop with their contact, their workflow or their install', async () => {
    const { id } = await rig.workflow({ definition: define([wait('w'), email('later')]) });
    const jenny = await rig.contact();
    await rig.happens('invoice.payment_failed', invoice('in_1'), jenny);
    await transact(rig.db, (trx) => releaseContact(trx, tenant, jenny, 5));
    await rig.happens('invoice.payment_failed', invoice('in_2'), jenny);
    await deleteWorkflow(rig.db, tenant, id, 6);
    rig.advance(DAY);
    await rig.worker.drain();
    expect((await rig.runs()).map(({ status, reason }) => [status, reason])).toEqual([
      ['stopped', 'contact_deleted'],
      ['stopped', 'workflow_deleted'],
    ]);
    expect(await subjects()).toEqual([]);
  });

  it('fail plainly when the payload of their event is gone', async () => {
    await rig.workflow({ definition: define([wait('w'), email('later')]) });
    await rig.happens('invoice.payment_failed', invoice('in_1'), await rig.contact());
    await rig.worker.drain();
    await rig.db.deleteFrom('event_payload').execute();
    rig.advance(DAY);
    await rig.worker.drain();
    expect(await rig.runs()).toMatchObject([{ status: 'failed', reason: 'payload_dropped' }]);
  });

  it('know a contact that was merged into another: once stays once', async () => {
    const trigger: Definition['trigger'] = {
      event: 'invoice.payment_failed',
      conditions: [],
      frequency: 'once_per_contact',
    };
    await rig.workflow({ definition: define([email('one')], { trigger }) });
    await rig.workflow({ definition: define([wait('w'), email('two')], { trigger }) });
    const [from, into] = [await rig.contact(), await rig.contact({ email: 'into@example.com' })];
    const [first] = await listWorkflows(rig.db, tenant, { limit: 10 }).then(({ data }) => data);
    await pauseWorkflow(rig.db, tenant, first!.id, 1);
    await rig.happens('invoice.payment_failed', invoice('in_1'), into);
    await activateWorkflow(rig.db, tenant, first!.id, 2);
    await rig.happens('invoice.payment_failed', invoice('in_2'), from);
    await transact(rig.db, (trx) => moveContact(trx, tenant, { fromId: from.id, intoId: into.id }));
    expect(await rig.happens('invoice.payment_failed', invoice('in_3'), into)).toBe(0);
    expect(new Set((await rig.runs()).map(({ contact_id }) => contact_id))).toEqual(new Set([into.id]));
  });

  it('are not held up by a run that can’t go on, which is tried again and then given up', async () => {
    await rig.workflow({ definition: define([email('one')]) });
    await rig.happens('invoice.payment_failed', invoice('in_bad'), await rig.contact(), { id: 'evt_bad' });
    await rig.happens('invoice.payment_failed', invoice('in_good'), await rig.contact({ email: 'good@example.com' }));
    const { seq } = await rig.db
      .selectFrom('event')
      .select('seq')
      .where('id', '=', 'evt_bad')
      .executeTakeFirstOrThrow();
    await rig.db.updateTable('event_payload').set({ payload: '{' }).where('seq', '=', seq).execute();
    await rig.worker.drain();
    expect(rig.mail.mails.map(({ to }) => to)).toEqual([['good@example.com']]);
    expect(await rig.runs()).toMatchObject([{ status: 'running', last_error: 'SyntaxError' }, { status: 'finished' }]);
    for (let hour = 0; hour < 12; hour++) {
      rig.advance(3_600_000);
      await rig.worker.drain();
    }
    expect(await rig.runs()).toMatchObject([{ status: 'failed', reason: 'internal_error' }, { status: 'finished' }]);
  });

  it('give a run up that ended the process again and again', async () => {
    await rig.workflow({ definition: define([email('one')]) });
    await rig.happens('invoice.payment_failed', invoice('in_1'), await rig.contact());
    await rig.db.updateTable('run').set({ claims: 5 }).execute();
    await rig.worker.drain();
    expect(await rig.runs()).toMatchObject([{ status: 'failed', reason: 'crashed', due_at: null }]);
  });

  it.each(['removed', 'erased'] as const)('end without another step once their install is %s', async (end) => {
    await rig.workflow({ definition: define([wait('w'), email('one')]) });
    await rig.happens('invoice.payment_failed', invoice('in_1'), await rig.contact());
    await rig.worker.drain();
    if (end === 'removed') await rig.db.updateTable('install').set({ status: 'removed' }).execute();
    else await rig.db.deleteFrom('install').execute();
    rig.advance(DAY);
    await rig.worker.drain();
    expect(await rig.runs()).toMatchObject([{ status: 'stopped', reason: 'disconnected', due_at: null, slot: null }]);
    expect(await rig.emails()).toEqual([]);
  });

  it('go on while their install has to be connected again', async () => {
    await rig.workflow({ definition: define([email('one')]) });
    await rig.db.updateTable('install').set({ status: 'needs_reconnect' }).execute();
    await rig.happens('invoice.payment_failed', invoice('in_1'), await rig.contact());
    await rig.worker.drain();
    expect(rig.mail.subjects()).toEqual(['one']);
  });

  it('belong to their install alone', async () => {
    const { id } = await rig.workflow({ definition: define([email('one')]) });
    const stranger = { accountId: 'acct_2', livemode: true };
    const theirs = await rig.contact({}, stranger);
    expect(await rig.happens('invoice.payment_failed', invoice('in_1'), theirs)).toBe(0);
    expect(await readWorkflow(rig.db, stranger, id)).toBeUndefined();
    await expect(deleteWorkflow(rig.db, stranger, id, 1)).rejects.toMatchObject({ code: 'not_found' });
    await expect(saveWorkflow(rig.db, stranger, id, define([]), 1, 1)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are kept as drafts, saved by revision, copied, listed and counted', async () => {
    const draft = await createWorkflow(rig.db, tenant, { definition: define([]) }, 1);
    expect(draft).toMatchObject({ status: 'draft', revision: 1, counts: { running: 0, finished: 0, emails: 0 } });
    await expect(activateWorkflow(rig.db, tenant, draft.id, 2)).rejects.toThrow('at least one step');
    await expect(pauseWorkflow(rig.db, tenant, draft.id, 2)).rejects.toMatchObject({ code: 'invalid_request' });
    const saved = await saveWorkflow(
      rig.db,
      tenant,
      draft.id,
      define([email('one'), wait('w')], { name: 'Mine' }),
      1,
      3,
    );
    await expect(saveWorkflow(rig.db, tenant, draft.id, define([]), 1, 4)).rejects.toMatchObject({ code: 'conflict' });
    await activateWorkflow(rig.db, tenant, draft.id, 5);
    await expect(saveWorkflow(rig.db, tenant, draft.id, define([]), saved.revision, 6)).rejects.toThrow(
      'at least one step',
    );
    await rig.happens('invoice.payment_failed', invoice('in_1'), await rig.contact());
    await rig.worker.drain();
    await duplicateWorkflow(rig.db, tenant, draft.id, 7);
    const { data } = await listWorkflows(rig.db, tenant, { limit: 10 });
    expect(data).toMatchObject([
      { name: 'Copy of Mine', status: 'draft' },
      { name: 'Mine', status: 'active', revision: 2, counts: { running: 1, finished: 0, emails: 1 } },
    ]);
  });

  it('are refused, also as drafts, when a template names what the event has not', async () => {
    const body = '{{ event.evidence_due_by }}';
    await expect(
      createWorkflow(rig.db, tenant, { definition: define([email('x', 'x', { body })]) }, 1),
    ).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'definition.steps.0.email.body',
    });
  });
});

describe('a contact', () => {
  it('offers exactly the properties of the catalogue', async () => {
    const rig = await createRig();
    const facts = contactFacts(await rig.contact({ delinquent: 1, renews_at: 0 }));
    expect(Object.keys(facts).sort()).toEqual(CONTACT_PROPERTIES.map(({ name }) => name).sort());
    expect(facts).toMatchObject({ delinquent: true, renews_at: '1970-01-01T00:00:00.000Z' });
    await rig.close();
  });
});
