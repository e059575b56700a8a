/** Runs as the Dashboard and the console list, stop and advance them. */
import type { Definition } from '../../shared/workflow';
import { openSession } from '../installs/sessions';
import { createBrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { ACCOUNT, startTillpost, TEST, type Tillpost } from './harness';

const OTHER = { accountId: 'acct_1SomebodyElse', livemode: false };
const DAY = 86_400_000;
const HELLO = { kind: 'transactional', subject: 'Hello again', preview_text: '', body: 'Hi' } as const;
const WAITS: Definition = {
  name: 'Waits a day',
  trigger: { event: 'customer.created', conditions: [], frequency: 'every_time' },
  exit_events: [],
  steps: [
    { id: 'pause', kind: 'wait', amount: 1, unit: 'days' },
    { id: 'mail', kind: 'email', email: HELLO },
    { id: 'later', kind: 'wait', amount: 1, unit: 'days' },
  ],
};

describe.each(ENGINES)('runs on %s', (engine) => {
  let tillpost: Tillpost;
  let workflow: string;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    for (const tenant of [TEST, OTHER]) await tillpost.connect(tenant);
    await tillpost.enable();
    workflow = (await tillpost.call('workflows/create', { definition: WAITS })).id;
    await tillpost.call('workflows/activate', { id: workflow });
  });
  afterAll(() => tillpost.close());

  /** A run that waits. */
  async function begin() {
    await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT });
    await tillpost.localStripe.idle();
    await tillpost.worker.drain();
    const { data } = await tillpost.call('runs/list', { limit: 1 });
    return data[0]!;
  }
  const read = async (id: string) => (await tillpost.call('runs/list', {})).data.find((run) => run.id === id);
  const emailsOf = async (contact: string) =>
    (await tillpost.call('emails/list', {})).data.filter((email) => email.contact === contact);

  it('are listed newest first, by workflow, contact and status, and only to their own account', async () => {
    const [first, second] = [await begin(), await begin()];
    expect(second).toEqual({
      id: second.id,
      object: 'run',
      workflow,
      contact: second.contact,
      event: expect.stringMatching(/^evt_/) as string,
      subject: { kind: 'customer', id: expect.stringMatching(/^cus_/) as string },
      status: 'running',
      reason: 'waiting',
      outcome: null,
      step: 'pause',
      due_at: expect.stringMatching(/Z$/) as string,
      started_at: expect.stringMatching(/Z$/) as string,
      finished_at: null,
    });
    const ids = async (args: object) => (await tillpost.call('runs/list', args)).data.map(({ id }) => id);
    expect(await ids({ workflow })).toEqual([second.id, first.id]);
    expect(await ids({ contact: first.contact, status: 'running' })).toEqual([first.id]);
    expect(await ids({ starting_after: second.id })).toEqual([first.id]);
    expect(await ids({ status: 'failed' })).toEqual([]);
    expect(await ids({ workflow: 'wfl_none' })).toEqual([]);
    expect((await tillpost.call('runs/list', {}, { tenant: OTHER })).data).toEqual([]);
    expect(await tillpost.call('runs/list', { status: 'ended' as 'failed' })).toMatchObject({
      status_code: 400,
      error: { param: 'status' },
    });
    expect(await tillpost.call('runs/list', { starting_after: 'run_none' })).toMatchObject({
      status_code: 400,
      error: { param: 'starting_after' },
    });
  });

  it('stop at a word, once, and send nothing any more', async () => {
    const { id, contact } = await begin();
    const stopped = await tillpost.call('runs/stop', { id });
    expect(stopped).toMatchObject({ id, status: 'stopped', reason: 'by_hand', due_at: null, step: null });
    tillpost.clock.advance(2 * DAY);
    await tillpost.worker.drain();
    expect(await emailsOf(contact)).toEqual([]);
    for (const name of ['runs/stop', 'runs/advance'] as const)
      expect(await tillpost.call(name, { id })).toMatchObject({
        status_code: 400,
        error: { message: 'This run has ended.', param: 'id' },
      });
  });

  it('keep back an email that was queued but has not gone', async () => {
    const { id, contact } = await begin();
    await tillpost.call('runs/advance', { id });
    await tillpost.worker.drain();
    // As if the mail server had put it off.
    const due_at = tillpost.clock.now() + DAY;
    await tillpost.db
      .updateTable('email')
      .set({ status: 'queued', due_at })
      .where('contact_id', '=', contact)
      .execute();
    await tillpost.call('runs/stop', { id });
    tillpost.clock.advance(2 * DAY);
    await tillpost.worker.drain();
    expect(await emailsOf(contact)).toMatchObject([{ status: 'suppressed', reason: 'run_ended' }]);
  });

  it('go on at once where their wait is skipped, and not before their workflow where that is paused', async () => {
    const [one, other] = [await begin(), await begin()];
    expect(await tillpost.call('runs/advance', { id: one.id })).toMatchObject({ status: 'running' });
    await tillpost.worker.drain();
    expect(await read(one.id)).toMatchObject({ step: 'later', reason: 'waiting' });
    expect(await emailsOf(one.contact)).toMatchObject([{ subject: 'Hello again', status: 'captured' }]);

    await tillpost.call('workflows/pause', { id: workflow });
    expect(await tillpost.call('runs/advance', { id: other.id })).toMatchObject({ status: 'running', due_at: null });
    await tillpost.worker.drain();
    expect(await emailsOf(other.contact)).toEqual([]);
    await tillpost.call('workflows/activate', { id: workflow });
    await tillpost.worker.drain();
    expect(await emailsOf(other.contact)).toHaveLength(1);
  });

  it('are not there for another account', async () => {
    const { id } = await begin();
    for (const name of ['runs/stop', 'runs/advance'] as const)
      for (const args of [{ id }, { id: 'run_none' }])
        expect(await tillpost.call(name, args, { tenant: OTHER })).toMatchObject({ status_code: 404 });
    expect(await read(id)).toMatchObject({ status: 'running' });
  });

  it('are stopped and advanced from their page in the console', async () => {
    const client = createBrowserClient(tillpost.url);
    client.jar.set(
      'tillpost_session',
      await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined }),
    );
    const act = async (id: string, name: string) => {
      const path = `/workflows/${workflow}/runs/${id}`;
      expect(await (await client.get(path)).text()).toContain(`action="${path}/${name}"`);
      const response = await client.post(`${path}/${name}`, { csrf_token: await client.csrfToken() });
      expect(response.status).toBe(303);
      return (await client.get(response.headers.get('location')!)).text();
    };
    const [one, other] = [await begin(), await begin()];
    expect(await act(one.id, 'stop')).toContain('Stopped by hand');
    expect(await act(other.id, 'advance')).toContain('goes on');
    await tillpost.worker.drain();
    expect(await read(other.id)).toMatchObject({ step: 'later' });
  });
});
