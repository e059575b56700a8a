/** Renewal notices, through the whole product: when they go, for whom, and that they go once. */
import { ENGINES } from '../test/databases';
import { TEST } from '../test/harness';
import { startImport } from '../installs/import-job';
import { APRIL, DAY, GOES_ON, item, MARCH, RENEWS, subscription, withStory, workflowOf } from '../test/schedule-story';

describe.each(ENGINES)('on %s, a renewal notice', (engine) => {
  it('goes at nine of the install’s day, so many days before, once', () =>
    withStory({ engine, settings: { timezone: 'America/New_York' } }, async (it) => {
      await it.activate(workflowOf('schedule.renewal', 7));
      await it.happens('customer.subscription.created', subscription());
      await it.until('2026-03-26T12:59:00Z');
      expect(await it.emails()).toEqual([]);
      await it.until('2026-03-26T13:00:00Z');
      expect(await it.emails()).toEqual([RENEWS]);
      expect(await it.notices()).toMatchObject([
        { kind: 'schedule.renewal', subject_id: 'sub_1', planned_at: Date.parse('2026-03-26T13:00:00Z'), missed: null },
      ]);
      await it.happens('customer.subscription.updated', subscription(GOES_ON));
      await it.passes(3 * DAY);
      expect(await it.emails()).toHaveLength(1);
    }));

  it('goes for a subscription known from the import alone, with no event at all', () =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.renewal', 7));
      it.atStripe(subscription());
      await startImport(it.db, TEST, it.tillpost.clock.now());
      await it.tillpost.worker.drain();
      await it.until('2026-03-26T09:00:00Z');
      expect(await it.emails()).toEqual([RENEWS]);
    }));

  it('goes once for a period whose end moves, and again for the next period', () =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.renewal', 7));
      await it.happens('customer.subscription.created', subscription());
      await it.until('2026-03-26T09:00:00Z');
      await it.happens(
        'customer.subscription.updated',
        subscription({ ...GOES_ON, ...item(MARCH, '2026-04-10T12:00:00Z') }),
      );
      await it.until('2026-04-05T09:00:00Z');
      expect(await it.emails()).toEqual([RENEWS]);
      await it.happens(
        'customer.subscription.updated',
        subscription({ ...GOES_ON, ...item('2026-04-10T12:00:00Z', '2026-05-10T12:00:00Z') }),
      );
      await it.until('2026-05-03T09:00:00Z');
      expect(await it.emails()).toEqual([RENEWS, 'schedule.renewal May 10, 2026']);
    }));

  it('follows an earlier end, and the install’s time zone', () =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.renewal', 7));
      await it.happens('customer.subscription.created', subscription());
      await it.happens(
        'customer.subscription.updated',
        subscription({ ...GOES_ON, ...item(MARCH, '2026-03-20T12:00:00Z') }),
      );
      const settings = await it.tillpost.call('settings/save', { settings: { timezone: 'Pacific/Auckland' } });
      expect(settings.timezone).toBe('Pacific/Auckland');
      await it.tillpost.worker.drain();
      await it.until('2026-03-13T19:59:00Z');
      expect(await it.emails()).toEqual([]);
      await it.until('2026-03-13T20:00:00Z');
      expect(await it.emails()).toEqual(['schedule.renewal March 21, 2026']);
    }));

  it('is given by each workflow at its own time', () =>
    withStory({ engine }, async (it) => {
      await it.happens('customer.subscription.created', subscription());
      const week = await it.activate(workflowOf('schedule.renewal', 7));
      const days = await it.activate(workflowOf('schedule.renewal', 3));
      await it.until('2026-03-26T09:00:00Z');
      expect((await it.notices()).map((one) => one.workflow_id)).toEqual([week]);
      await it.until('2026-03-30T09:00:00Z');
      expect((await it.notices()).map((one) => one.workflow_id)).toEqual([week, days]);
      const runs = await it.db.selectFrom('run').select('workflow_id').orderBy('id').execute();
      expect(runs.map((run) => run.workflow_id)).toEqual([week, days]);
    }));

  it('is not given of moments before the workflow was active, or while it was paused', () =>
    withStory({ engine }, async (it) => {
      await it.happens('customer.subscription.created', subscription());
      await it.until('2026-03-26T10:00:00Z');
      const id = await it.activate(workflowOf('schedule.renewal', 7));
      await it.activate(workflowOf('schedule.renewal', 3));
      await it.tillpost.call('workflows/pause', { id });
      await it.passes(2 * DAY);
      await it.tillpost.call('workflows/activate', { id });
      await it.tillpost.worker.drain();
      expect(await it.notices()).toEqual([]);
    }));

  it('still goes when it was overslept and its date has not come, else the ledger says that it was missed', () =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.renewal', 7));
      await it.happens('customer.subscription.created', subscription());
      await it.happens('customer.subscription.created', {
        ...subscription(),
        id: 'sub_2',
        ...item(MARCH, '2026-03-29T12:00:00Z'),
      });
      await it.until('2026-03-30T09:00:00Z');
      expect(await it.emails()).toEqual([RENEWS]);
      const notices = (await it.notices()).sort((a, b) => (a.subject_id < b.subject_id ? -1 : 1));
      expect(notices).toMatchObject([
        { subject_id: 'sub_1', missed: null },
        { subject_id: 'sub_2', fired_at: null, event_id: null, missed: expect.stringMatching(/^Not sent/) as string },
      ]);
    }));

  it.each([
    ['ends', { cancel_at_period_end: true }, 'the subscription will not renew'],
    ['is past due', { status: 'past_due' }, 'the subscription is past due'],
    ['is in a trial', { status: 'trialing' }, 'the subscription is in its trial'],
  ])('is not sent when Stripe says at its moment that the subscription %s', (_what, said, cause) =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.renewal', 7));
      await it.happens('customer.subscription.created', subscription());
      it.atStripe(subscription(said));
      await it.until('2026-03-26T09:00:00Z');
      const { data } = await it.tillpost.call('emails/list', {});
      expect(data).toMatchObject([{ status: 'suppressed', outcome: `Not sent: ${cause}` }]);
    }),
  );

  it('leaves those alone who have no such workflow', () =>
    withStory({ engine }, async (it) => {
      await it.happens('customer.subscription.created', subscription());
      expect(await it.due()).toEqual([{ id: 'sub_1', due_at: null }]);
      const id = await it.activate(workflowOf('schedule.renewal', 7));
      expect(await it.due()).toEqual([{ id: 'sub_1', due_at: Date.parse('2026-03-26T09:00:00Z') }]);
      await it.tillpost.call('workflows/delete', { id });
      await it.tillpost.worker.drain();
      await it.happens('customer.subscription.created', { ...subscription(), id: 'sub_2' });
      await it.passes(40 * DAY);
      expect(await it.due()).toEqual([
        { id: 'sub_1', due_at: null },
        { id: 'sub_2', due_at: null },
      ]);
      expect(await it.notices()).toEqual([]);
    }));

  it('says what Stripe will ask for, or no amount where Stripe does not say', () =>
    withStory({ engine }, async (it) => {
      const body =
        '{% if subject.next_amount %}{{ subject.next_amount | money: subject.next_currency }}{% else %}none{% endif %}';
      const steps = [{ id: 'mail', kind: 'email', email: { kind: 'transactional', subject: 'Renews', body } }];
      await it.activate({ ...workflowOf('schedule.renewal', 7), steps });
      await it.happens('customer.subscription.created', subscription());
      await it.until('2026-03-26T09:00:00Z');
      expect(await it.texts()).toEqual([expect.stringContaining('$17.00')]);
      it.tillpost.localStripe.faults.add({ kind: 'forbidden', path: '/v1/invoices/create_preview' });
      await it.happens(
        'customer.subscription.updated',
        subscription({ ...GOES_ON, ...item(APRIL, '2026-05-02T12:00:00Z') }),
      );
      await it.until('2026-04-25T09:00:00Z');
      expect(await it.texts()).toEqual([expect.stringContaining('$17.00'), expect.stringContaining('none')]);
    }));
});
