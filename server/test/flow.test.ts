/** A workflow as a picture, who is where in it, dry runs and starts by hand, and the list with its switches, over HTTP. */
import { nameStep } from '../../shared/words/workflows';
import { findStep, type Definition } from '../../shared/workflow';
import { insertNew } from '../db/bulk';
import { newId } from '../db/new-id';
import { saveDraft } from '../workflows/workflows';
import { openSession } from '../installs/sessions';
import { BRANCHING } from './branching';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { fillResults } from './fill-results';
import { ACCOUNT, LIVE, startTillpost, TEST, type Tillpost } from './harness';

const DAY = 86_400_000;
const heldUntil = (html: string) => /name="held_until" value="(\d+)"/.exec(html)?.[1] ?? '';
const token = 'once-1';

describe.each(ENGINES)('the flow of a workflow on %s', (engine) => {
  let tillpost: Tillpost;
  let client: BrowserClient;
  let csrf_token: string;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    for (const tenant of [TEST, LIVE]) await tillpost.connect(tenant);
    await tillpost.enable();
    await signIn();
  });
  async function signIn() {
    client = createBrowserClient(tillpost.url);
    const session = { tenant: TEST, kind: 'full', previous: undefined } as const;
    client.jar.set('tillpost_session', await openSession(tillpost.ctx, session));
    csrf_token = await client.csrfToken();
  }
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
    for (const path of ['flow', 'try']) await page(`/workflows/${foreign}/${path}`, 404);
    expect((await post(`/workflows/${foreign}/switch`, { to: 'on' })).status).toBe(404);
    expect((await post(`/workflows/${foreign}/start`, { event: 'evt_1', token })).status).toBe(404);
  });

  it('shows who stands where since when, and skips a wait, stops and tries again from there', async () => {
    const id = await create();
    await happens('first@example.com');
    await happens('second@example.com');
    const html = await page(`/workflows/${id}/flow?step=pause`);
    expect(html).toMatch(/Wait 1 day: 2</);
    expect(html).toMatch(/first@example\.com.*in 2[34] hours/s);
    const [second, first] = (await tillpost.call('runs/list', {})).data;
    const advanced = await post(`/workflows/${id}/runs/${first!.id}/advance`, { back: 'flow' });
    expect(locationOf(advanced)).toBe(`/workflows/${id}/flow`);
    await tillpost.worker.drain();
    const stopped = await post(`/workflows/${id}/runs/${second!.id}/stop`, { back: '//evil.example' });
    expect(locationOf(stopped)).toBe(`/workflows/${id}/runs/${second!.id}`);
    expect(await page(`/workflows/${id}/flow`)).toContain('No run is under way.');
    // The first email is held: nobody has a user group.
    const held = (await tillpost.call('emails/list', {})).data.filter(({ status }) => status === 'held');
    expect(await page(`/workflows/${id}/flow`)).toContain('Emails that were not sent');
    const other = await create();
    expect((await post(`/workflows/${other}/emails/${held[0]!.id}/retry`)).status).toBe(404);
    expect(locationOf(await post(`/workflows/${id}/emails/${held[0]!.id}/retry`))).toBe(`/workflows/${id}/flow`);
    const again = await post(`/workflows/${id}/emails/${held[0]!.id}/retry`);
    expect(again.status).toBe(400);
    expect(await again.text()).toMatch(/Only held and failed emails can be tried again\..*Steps as a picture/s);
  });

  it('says in its picture who is here now as in the list, however old what it remembers is', async () => {
    const id = await create();
    await fillResults(tillpost.db, TEST, { workflow: id, runs: 40, now: tillpost.clock.now() });
    const here = async () => {
      const html = await page(`/workflows/${id}/flow`);
      const card = /<article id="flow-step-pause".*?<\/article>/s.exec(html)?.[0] ?? '';
      expect(html).toContain('hx-select-oob="#flow-trigger,#flow-step-');
      const listed = Number(/Wait 1 day: (\d+)/.exec(html)?.[1] ?? 0);
      return [Number(/Here now<\/dt><dd><[^>]+>(\d+)</.exec(card)?.[1]), listed];
    };
    const [before, listed] = await here();
    expect(before).toBe(listed);
    await happens();
    expect(await here()).toEqual([before! + 1, before! + 1]);
  });

  it('counts the emails that were not sent, leads to all of them, and tries those held for one reason again', async () => {
    const { db, clock } = tillpost;
    const id = await create();
    await happens();
    const email = await db
      .selectFrom('email')
      .selectAll()
      .where('workflow_id', '=', id)
      .where('status', '=', 'held')
      .executeTakeFirst();
    // Long ago, but for the last.
    const rows = Array.from({ length: 7 }, (_, n) => {
      const at = clock.now() - (n === 6 ? 0 : 60 * DAY);
      return { ...email!, id: newId('eml', at), copy_to: `copy${n}@example.com`, message_id: `m${n}`, created_at: at };
    });
    await insertNew(db, 'email', rows);
    const gone = { ...rows[0]!, id: newId('eml', clock.now()), step_id: 'gone', message_id: 'gone' };
    const failed = { ...rows[0]!, status: 'failed', reason: 'unknown_acceptance' } as const;
    await insertNew(db, 'email', [gone, { ...failed, id: newId('eml', clock.now()), copy_to: 'f', message_id: 'f' }]);
    const html = await page(`/workflows/${id}/flow`);
    const [, to] = /<a href="([^"]+)">9 emails<\/a> held: /.exec(html)!;
    expect(await page(to!.replaceAll('&amp;', '&'))).toContain('9 emails');
    expect(html).toMatch(/1 email<\/a> failed/);
    expect(html).toContain('Show all held');
    // What may have arrived is sent again only after asking.
    expect(html).toMatch(/<summary[^>]*>Try again….*?it may be a second copy/s);
    const held_until = heldUntil(html);
    const retry = (reason: string) => post(`/workflows/${id}/emails/retry`, { reason, held_until });
    expect((await retry('nonsense')).status).toBe(400);
    const refused = await post(`/workflows/${id}/emails/retry`, { reason: email!.reason!, held_until: '' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('held_until: must be a time in epoch milliseconds');
    expect(await (await retry('over_budget')).text()).toContain('None of these emails is held any more.');
    const done = await retry(email!.reason!);
    expect(locationOf(done)).toBe(`/workflows/${id}/flow`);
    expect(await page(`/workflows/${id}/flow`)).toContain('8 emails wait to go; 1 can’t be made any more.');
    const left = await db
      .selectFrom('email')
      .select('id')
      .where('workflow_id', '=', id)
      .where('status', '=', 'held')
      .execute();
    expect(left).toEqual([{ id: gone.id }]);
    expect(await (await retry(email!.reason!)).text()).toContain('None of them can be made any more');
    const foreign = (await tillpost.call('workflows/create', { definition: BRANCHING }, { tenant: LIVE })).id;
    expect((await post(`/workflows/${foreign}/emails/retry`, { reason: '' })).status).toBe(404);
  });

  it('tries only those again that were held when the page showed them, however many come to be held since', async () => {
    const { db, clock, worker } = tillpost;
    const id = await create();
    await happens('one@example.com');
    await happens('two@example.com');
    const held_until = heldUntil(await page(`/workflows/${id}/flow`));
    clock.advance(1_000);
    await happens('late@example.com');
    const retry = () => post(`/workflows/${id}/emails/retry`, { reason: 'missing_value', held_until });
    const queued = async () => {
      const rows = await db
        .selectFrom('email')
        .select(['to_address', 'status'])
        .where('workflow_id', '=', id)
        .execute();
      return rows.filter(({ status }) => status === 'queued').map(({ to_address }) => to_address);
    };
    expect(locationOf(await retry())).toBe(`/workflows/${id}/flow`);
    expect((await queued()).toSorted()).toEqual(['one@example.com', 'two@example.com']);
    // They are held again: pressed once more, the form of then means none of them.
    await worker.drain();
    expect(await (await retry()).text()).toContain('None of these emails is held any more.');
    expect(await queued()).toEqual([]);
  });

  it('puts those aside that were held when the page showed them, once, and says what they were held for', async () => {
    const { db, clock } = tillpost;
    const id = await create();
    for (const name of ['one', 'two']) await happens(`${name}@example.com`);
    const html = await page(`/workflows/${id}/flow`);
    expect(html).toMatch(/Discard.*?all.*?2.*?None of them is sent, now or later/s);
    clock.advance(1_000);
    await happens('late@example.com');
    const discard = (reason = 'missing_value') =>
      post(`/workflows/${id}/emails/discard`, { reason, held_until: heldUntil(html) });
    expect((await client.post(`/workflows/${id}/emails/discard`, { reason: 'missing_value' })).status).toBe(403);
    expect(await (await discard('over_budget')).text()).toContain('None of these emails is held any more.');
    expect(locationOf(await discard())).toBe(`/workflows/${id}/flow`);
    expect(await page(`/workflows/${id}/flow`)).toContain('2 emails discarded.');
    expect((await discard()).status).toBe(400);
    const rows = await db.selectFrom('email').selectAll().where('workflow_id', '=', id).orderBy('id').execute();
    const held = rows.filter(({ step_id }) => step_id === rows[0]!.step_id);
    expect(held.map(({ status, reason }) => [status, reason])).toEqual([
      ...[1, 2].map(() => ['suppressed', 'discarded']),
      ['held', 'missing_value'],
    ]);
    expect(held[0]).toMatchObject({
      outcome: expect.stringMatching(/^Discarded by hand\. It was held: No value for contact\.user_group/) as string,
      decided_at: expect.any(Number) as number,
    });
    const foreign = (await tillpost.call('workflows/create', { definition: BRANCHING }, { tenant: LIVE })).id;
    expect((await post(`/workflows/${foreign}/emails/discard`, { reason: '', held_until: '1' })).status).toBe(404);
  });

  it('puts a held email aside that can’t be made any more, for what caused it is no longer kept', async () => {
    const { db, clock, worker } = tillpost;
    const id = await create();
    await happens();
    const { id: email } = await db
      .selectFrom('email')
      .select('id')
      .where('workflow_id', '=', id)
      .where('status', '=', 'held')
      .executeTakeFirstOrThrow();
    expect(await page(`/emails/${email}`)).toContain('Once the cause is mended, try again.');
    clock.advance(100 * DAY);
    await worker.drain();
    await signIn();
    const needed = async () => Number(/href="\/emails\?status=held">(\d+) email/.exec(await page('/'))?.[1] ?? 0);
    const before = await needed();
    expect(before).toBeGreaterThan(0);
    const html = await page(`/emails/${email}`);
    expect(html).toContain('It can’t be tried again, for what it is made of is gone: discard it to put it aside.');
    expect(html).not.toContain('Try again');
    expect(html).toContain('It isn’t sent, now or later, and waits for nobody any more.');
    expect((await post(`/emails/${email}/retry`)).status).toBe(400);
    expect(locationOf(await post(`/emails/${email}/discard`))).toBe(`/emails/${email}`);
    const after = await page(`/emails/${email}`);
    expect(after).toContain('Email discarded. It isn’t sent.');
    expect(after).toContain('Discarded by hand. It was held: No value for contact.user_group');
    expect(after).not.toContain('Discard…');
    expect(await page('/emails?reason=discarded')).toContain(`/emails/${email}"`);
    expect(await needed()).toBe(before - 1);
    const again = await post(`/emails/${email}/discard`);
    expect([again.status, await again.text()]).toEqual([
      400,
      expect.stringContaining('Only held emails can be discarded.') as string,
    ]);
    expect((await post('/emails/eml_nobody/discard')).status).toBe(404);
    expect((await post(`/emails/${email}/retry`)).status).toBe(400);
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
    const mail = await page(`/workflows/${id}/try/mail/last?event=${event}`);
    expect(mail).toContain('Hi');
    await page(`/workflows/${id}/try/mail/pause?event=${event}`, 404);
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

  it('pages its runs both ways, and finds them by a part of the contact’s address', async () => {
    const id = await create();
    await happens('haystack@example.com');
    for (let n = 0; n < 27; n++) await happens(`straw${n}@example.org`);
    const runs = `/workflows/${id}/runs`;
    const link = (html: string, label: string) =>
      new RegExp(`<a [^>]*href="([^"]+)"[^>]*>${label}</a>`).exec(html)?.[1] ?? label;
    const shown = (html: string) => [...html.matchAll(/class="row-link"[^>]*>([^<]+)</g)].map(([, name]) => name);
    const first = await page(runs);
    const last = await page(link(first, 'Last'));
    expect(last).toContain('haystack@example.com');
    expect(shown(last)).toHaveLength(25);
    expect(shown(await page(link(last, 'Previous')))).toEqual(shown(first).slice(0, 3));
    const found = await page(`${runs}?contact=ystac`);
    expect([shown(found), found]).toEqual([['haystack@example.com'], expect.stringContaining('1 run')]);
    expect(shown(await page(`${runs}?contact=nobody`))).toEqual([]);
    // So is the log, which counts them too.
    const log = await page('/events?contact=straw&type=customer.created');
    expect(log).toContain('27 events');
    expect(log).not.toContain('Replay them');
    const end = await page(link(log, 'Last'));
    expect(shown(end)).toHaveLength(25);
    expect(shown(await page(link(end, 'Previous')))).toHaveLength(2);
  });

  it('finds events by a part of an address or by their id, and leads on to older ones', async () => {
    const id = await create();
    const event = await happens('needle@example.com');
    for (let n = 0; n < 11; n++) await happens();
    expect(await page(`/workflows/${id}/try?search=eedl`)).toContain(`search=eedl&event=${event}`);
    const byId = await client.get(`/workflows/${id}/try?search=${event}`);
    expect(locationOf(byId)).toBe(`/workflows/${id}/try?event=${event}`);
    const next = /href="([^"]+)"[^>]*rel="next"/.exec(await page(`/workflows/${id}/try`))?.[1] ?? '';
    expect(await page(next)).toContain(event);
  });

  it('welcomes a contact that was added by hand, without an event, and starts nothing else', async () => {
    const contactAdded = 'lifecycle.contact_added';
    const added: Definition['trigger'] = {
      source: 'lifecycle',
      event: contactAdded,
      conditions: [],
      frequency: 'every_time',
    };
    const made = await post('/audience/new', { email: 'hand@example.com', first_name: 'Hand', consent: 'agreed' });
    const contact = (await tillpost.call('contacts/list', { query: 'hand@example.com' })).data[0]?.id ?? '';
    expect([made.status, contact]).toEqual([303, expect.stringMatching(/^con_/)]);
    await tillpost.worker.drain();
    const id = await create({ ...BRANCHING, trigger: added });
    await create({ ...BRANCHING, name: 'Another', trigger: added });
    expect(await page(`/audience/${contact}`)).toContain(`/workflows/start?contact=${contact}`);
    expect(await page(`/workflows/start?contact=${contact}`)).toContain(`/workflows/${id}/try?contact=${contact}`);
    await page('/workflows/start?contact=con_of_others', 404);
    expect(await page(`/workflows/${id}/try?search=hand@example.com`)).toContain('as if it happened now');
    const before = await rowsOf();
    const dry = await page(`/workflows/${id}/try?contact=${contact}`);
    expect(dry).toMatch(/Email “Last”.*To hand@example\.com/s);
    expect(await page(`/workflows/${id}/try/mail/last?contact=${contact}`)).toContain('Hi');
    expect(await rowsOf()).toEqual(before);
    const start = () => post(`/workflows/${id}/start`, { contact, token });
    expect(locationOf(await start())).toMatch(/runs\/run_/);
    expect((await start()).status).toBe(400);
    await tillpost.worker.drain();
    const runs = (await tillpost.call('runs/list', { limit: 100 })).data.filter((run) => run.contact === contact);
    expect(runs.map(({ workflow }) => workflow)).toEqual([id]);
    const event = runs[0]!.event;
    expect((await tillpost.call('events/read', { id: event })).status).toBe('processed');
    expect(await page(`/events/${event}`)).not.toContain('Replay event');
    expect((await post(`/events/${event}/replay`)).status).toBe(400);
    expect(await page(`/events/replay?type=${contactAdded}`)).toContain('None of them can be replayed');
    // Of what only Stripe can say, nothing is made up.
    const other = await create();
    expect(await page(`/workflows/${other}/try?search=hand@example.com`)).toContain(
      'one of somebody else would not be',
    );
    const refused = await post(`/workflows/${other}/start`, { contact, token });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('Only events that have happened'),
    ]);
    expect((await post(`/workflows/${id}/start`, { contact: 'con_of_others', token })).status).toBe(404);
  });

  it('plays the draft beside what is published, where it is asked to, and starts only what is published', async () => {
    const event = await happens('draft@example.com');
    const id = await create();
    const { revision } = await tillpost.call('workflows/read', { id });
    const input = { ...BRANCHING, steps: [{ id: 'nap', kind: 'wait', amount: 3, unit: 'days' }, ...BRANCHING.steps] };
    await saveDraft(tillpost.db, TEST, { id, revision, input }, tillpost.clock.now());
    const published = await page(`/workflows/${id}/try?event=${event}`);
    expect(published).toContain(`/workflows/${id}/try?event=${event}&version=draft`);
    expect(published).not.toContain('Wait 3 days');
    const draft = await page(`/workflows/${id}/try?event=${event}&version=draft`);
    expect(draft).toContain('Wait 3 days');
    expect(draft).toContain('Publish it to start it.');
    expect(draft).not.toContain('Start run');
  });

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
