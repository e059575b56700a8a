/** A workflow as a picture, who is where in it, dry runs and starts by hand, and the list with its switches, over HTTP. */
import { nameStep } from '../../shared/words/workflows';
import { findStep, type Definition } from '../../shared/workflow';
import { openSession } from '../installs/sessions';
import { BRANCHING } from './branching';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { fillResults } from './fill-results';
import { ACCOUNT, LIVE, startTillpost, TEST, type Tillpost } from './harness';

const DAY = 86_400_000;
const token = 'once-1';

describe.each(ENGINES)('the flow of a workflow on %s', (engine) => {
  let tillpost: Tillpost;
  let client: BrowserClient;
  let csrf_token: string;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    for (const tenant of [TEST, LIVE]) await tillpost.connect(tenant);
    await tillpost.enable();
    client = createBrowserClient(tillpost.url);
    const session = { tenant: TEST, kind: 'full', previous: undefined } as const;
    client.jar.set('tillpost_session', await openSession(tillpost.ctx, session));
    csrf_token = await client.csrfToken();
  });
  afterAll(() => tillpost.close());
  // Each test has the only workflow.
  afterEach(async () => {
    for (const { id } of (await tillpost.call('workflows/list', {})).data)
      await tillpost.call('workflows/delete', { id });
  });

  const page = async (path: string, status = 200) => {
    const response = await client.get(path);
    expect([path, response.status]).toEqual([path, status]);
    return (await response.text()).replaceAll('&amp;', '&');
  };
  const post = (path: string, fields: Record<string, string> = {}) => client.post(path, { csrf_token, ...fields });
  const locationOf = (response: Response) => response.headers.get('location') ?? '';
  const create = async (definition: Definition = BRANCHING, isActive = true) => {
    const { id } = await tillpost.call('workflows/create', { definition });
    if (isActive) await tillpost.call('workflows/activate', { id });
    return id;
  };
  let people = 0;
  /** Returns the event's id. */
  async function happens(email = `person${++people}@example.com`): Promise<string> {
    const { id } = await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT, email, name: 'Ann Bee' });
    await tillpost.localStripe.idle();
    await tillpost.worker.drain();
    return id;
  }
  const rowsOf = async () => {
    const count = async (table: 'run' | 'run_step' | 'email' | 'event') =>
      (
        await tillpost.db
          .selectFrom(table)
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow()
      ).n;
    return [await count('run'), await count('run_step'), await count('email'), await count('event')];
  };

  it('has a list behind every number of it, of as many', async () => {
    const id = await create();
    await fillResults(tillpost.db, TEST, { workflow: id, runs: 400, now: tillpost.clock.now() });
    for (const span of ['30', 'all']) {
      const html = await page(`/workflows/${id}/flow?span=${span}`);
      const numbers = [...html.matchAll(/<a class="number" href="([^"]+)">([\d,]+)<\/a>/g)];
      expect(numbers.length).toBeGreaterThan(20);
      for (const [, to = '', value = ''] of numbers) {
        const list = await page(to);
        const here = /step=(\w+)#under-way/.exec(to)?.[1];
        const count = here
          ? /aria-current="page">Wait 1 day: (\d+)</.exec(list)?.[1]
          : /role="status">([\d,]+) (?:email|run)s?/.exec(list)?.[1];
        expect([to, Number(count?.replaceAll(',', ''))]).toEqual([to, Number(value.replaceAll(',', ''))]);
      }
      const numberOf = (step: string, name: string) =>
        Number(new RegExp(`aria-label="${step}".*?<dt>${name}</dt><dd><[^>]+>([\\d,]+)<`, 's').exec(html)?.[1]);
      const [came, here, past] = ['Entered', 'Here now', 'Went on'].map((name) => numberOf('Wait: 1 day', name));
      if (span === 'all') expect(came).toBe(here! + past! + numberOf('Wait: 1 day', 'Ended here'));
    }
  });

  it('says what a draft will do, without numbers, and nothing of another account’s', async () => {
    const id = await create(BRANCHING, false);
    const html = await page(`/workflows/${id}/flow`);
    expect(html).toContain('Has a name');
    expect(html).not.toContain('class="number"');
    const foreign = (await tillpost.call('workflows/create', { definition: BRANCHING }, { tenant: LIVE })).id;
    for (const path of ['flow', 'under-way', 'try']) await page(`/workflows/${foreign}/${path}`, 404);
    expect((await post(`/workflows/${foreign}/switch`, { to: 'on' })).status).toBe(404);
    expect((await post(`/workflows/${foreign}/start`, { event: 'evt_1', token })).status).toBe(404);
  });

  it('shows who stands where since when, and skips a wait, stops and tries again from there', async () => {
    const id = await create();
    await happens('first@example.com');
    await happens('second@example.com');
    const html = await page(`/workflows/${id}/under-way?step=pause`);
    expect(html).toMatch(/Wait 1 day: 2</);
    expect(html).toMatch(/first@example\.com.*in 2[34] hours/s);
    const [second, first] = (await tillpost.call('runs/list', {})).data;
    const advanced = await post(`/workflows/${id}/runs/${first!.id}/advance`, { back: 'flow' });
    expect(locationOf(advanced)).toBe(`/workflows/${id}/flow`);
    await tillpost.worker.drain();
    const stopped = await post(`/workflows/${id}/runs/${second!.id}/stop`, { back: '//evil.example' });
    expect(locationOf(stopped)).toBe(`/workflows/${id}/runs/${second!.id}`);
    expect(await page(`/workflows/${id}/under-way`)).toContain('No run is under way.');
    // The first email is held: nobody has a user group.
    const held = (await tillpost.call('emails/list', {})).data.filter(({ status }) => status === 'held');
    expect(await page(`/workflows/${id}/flow`)).toContain('Emails that were not sent');
    const other = await create();
    expect((await post(`/workflows/${other}/emails/${held[0]!.id}/retry`)).status).toBe(404);
    expect(locationOf(await post(`/workflows/${id}/emails/${held[0]!.id}/retry`))).toBe(`/workflows/${id}/flow`);
  });

  it('is played with an event, writes nothing, and says which way it goes', async () => {
    const id = await create(BRANCHING, false);
    const event = await happens('dry@example.com');
    const before = await rowsOf();
    const found = await page(`/workflows/${id}/try?search=DRY@example.com`);
    expect(found).toContain(`/workflows/${id}/try?search=DRY%40example.com&event=${event}`);
    const html = await page(`/workflows/${id}/try?event=${event}`);
    expect(html).toContain('Took the path Has a name');
    expect(html).toMatch(/Email “Last”.*To dry@example\.com/s);
    // Nobody has a user group.
    expect(html).toMatch(/Email “First”.*?Held<.*?No value for contact\.user_group/s);
    expect(html).toContain('Only an active workflow starts');
    const mail = await page(`/workflows/${id}/try/${event}/last`);
    expect(mail).toContain('Hi');
    await page(`/workflows/${id}/try/${event}/pause`, 404);
    expect(await rowsOf()).toEqual(before);
    await page(`/workflows/${id}/try?event=evt_none`, 404);
    expect(await page(`/workflows/${id}/try?search=nobody@example.com`)).toContain('No contact has this address');
  });

  it('goes the same way for real as it did in the dry run', async () => {
    const event = await happens();
    const id = await create();
    const dry = await page(`/workflows/${id}/try?event=${event}`);
    const started = await post(`/workflows/${id}/start`, { event, token });
    expect(locationOf(started)).toMatch(/runs\/run_/);
    await tillpost.worker.drain();
    tillpost.clock.advance(DAY + 1);
    await tillpost.worker.drain();
    const [run] = (await tillpost.call('runs/list', { workflow: id })).data;
    const { steps } = await readSteps(id, run!.id);
    const planned = [
      ...dry.matchAll(/<li(?: class="is-email")?><div class="timeline-head"><span class="strong">([^<]+)/g),
    ];
    expect(run).toMatchObject({ status: 'finished', event });
    const named = steps.map(({ step_id }) => nameStep(findStep(BRANCHING, step_id)!.step));
    expect(planned.map(([, name]) => name)).toEqual([...named, 'Comes to the end']);
  });
  const readSteps = async (workflow: string, run: string) => {
    const rows = await tillpost.db
      .selectFrom('run_step')
      .select(['step_id', 'result'])
      .where('workflow_id', '=', workflow)
      .where('run_id', '=', run)
      .orderBy('n')
      .execute();
    return { steps: rows };
  };

  it('starts by hand once, unless it is asked for again, and a request that comes twice once', async () => {
    const event = await happens();
    const id = await create();
    const count = async () => (await tillpost.call('runs/list', { workflow: id })).data.length;
    expect((await post(`/workflows/${id}/start`, { event, token })).status).toBe(303);
    const refused = await post(`/workflows/${id}/start`, { event, token });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('This workflow has already started with this event.');
    expect(await count()).toBe(1);
    const twice = { event, token: 'again-1', again: 'on' };
    const [one, other] = [await post(`/workflows/${id}/start`, twice), await post(`/workflows/${id}/start`, twice)];
    expect(locationOf(one)).toBe(locationOf(other));
    expect(await count()).toBe(2);
    // Another event of the contact: it starts once per contact.
    const { contact } = (await tillpost.call('runs/list', { workflow: id })).data[0]!;
    const address = (await tillpost.db
      .selectFrom('contact')
      .select('email')
      .where('id', '=', contact)
      .executeTakeFirst())!;
    const later = await happens(address.email);
    expect(await (await post(`/workflows/${id}/start`, { event: later, token })).text()).toContain(
      'How often this workflow starts',
    );
    for (const wrong of ['', 'a b', 'x'.repeat(65)])
      expect((await post(`/workflows/${id}/start`, { event, token: wrong })).status).toBe(400);
    expect(await count()).toBe(2);
  });

  it('doesn’t start by hand what is paused, over, or not meant', async () => {
    const conditions = [{ property: 'contact.first_name', operator: 'is', value: 'Nobody' }] as const;
    const event = await happens();
    const unfit = await create({ ...BRANCHING, trigger: { ...BRANCHING.trigger, conditions: [...conditions] } });
    const paused = await create();
    await post(`/workflows/${paused}/switch`, { to: 'off' });
    const due = await create({
      ...BRANCHING,
      trigger: { event: 'invoice.payment_failed', conditions: [], frequency: 'every_time' },
    });
    await tillpost.localStripe.trigger('invoice.payment_failed', { account: ACCOUNT, email: 'due@example.com' });
    await tillpost.localStripe.idle();
    await tillpost.worker.drain();
    const [failed] = (await tillpost.call('events/list', { type: 'invoice.payment_failed', limit: 1 })).data;
    await tillpost.db.updateTable('object_state').set({ status: 'paid' }).where('kind', '=', 'invoice').execute();
    await tillpost.db.deleteFrom('run').where('workflow_id', '=', due).execute();
    for (const [id, own, words] of [
      [unfit, event, 'What the trigger asks for does not hold'],
      [paused, event, 'Only an active workflow starts.'],
      [due, failed!.id, 'the invoice was paid'],
    ] as const) {
      const response = await post(`/workflows/${id}/start`, { event: own, token });
      expect([words, response.status]).toEqual([words, 400]);
      expect(await response.text()).toContain(words);
      expect((await tillpost.call('runs/list', { workflow: id })).data).toEqual([]);
    }
  });

  it('is switched in the list, which says what keeps it off', async () => {
    const fine = await create({ ...BRANCHING, name: 'Fine 100%' }, false);
    const never = { property: 'contact.plan', operator: 'is', value: 'a' } as const;
    const conditions = [never, { ...never, value: 'b' }];
    const faulty = await create({ ...BRANCHING, name: 'Faulty', trigger: { ...BRANCHING.trigger, conditions } }, false);
    const on = await post(`/workflows/${fine}/switch`, { to: 'on', search: 'fine' });
    expect(locationOf(on)).toBe(`/workflows?search=fine#${fine}`);
    await happens();
    const html = await page('/workflows?search=100%25&status=active');
    expect(html).toMatch(/role="switch" aria-checked="true" aria-label="Fine 100%"/);
    expect(html).not.toContain('Faulty');
    expect(html).toMatch(new RegExp(`href="/workflows/${fine}/runs\\?status=running">1<`));
    expect(html).toMatch(new RegExp(`href="/emails\\?workflow=${fine}&since=[\\d-]+">1<`));
    const refused = await post(`/workflows/${faulty}/switch`, { to: 'on' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/role="alert"><strong>Not activated yet\.<\/strong>.*?Open its steps/s);
    expect((await tillpost.call('workflows/read', { id: faulty })).status).toBe('draft');
    await post(`/workflows/${fine}/switch`, { to: 'off' });
    expect((await tillpost.call('workflows/read', { id: fine })).status).toBe('paused');
    expect(await page('/workflows?search=_')).toContain('No workflow matches');
    await page('/workflows?status=__proto__&search=%27%3B--');
  });
});
