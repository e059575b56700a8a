/** What a published workflow is edited into: kept apart, compared, published whole or not at all. Over HTTP. */
import type { Definition } from '../../shared/workflow';
import { readSettings } from '../settings/settings';
import { openSession } from '../installs/sessions';
import { createBrowserClient, fieldsOf, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { LIVE, startTillpost, TEST, type Tillpost } from './harness';

const mail = (id: string, subject: string) => ({
  id,
  kind: 'email',
  email: { kind: 'transactional', subject, preview_text: '', body: 'Line one\n\nLine two' },
});
const wait = (id: string) => ({ id, kind: 'wait', amount: 2, unit: 'days' });
const define = (steps: object[], rest = {}) =>
  ({ name: 'Welcome', trigger: { event: 'customer.created' }, steps, ...rest }) as Definition;
const branch = (steps: object[]) => ({
  id: 'fork',
  kind: 'branch',
  paths: [{ id: 'p', name: 'Pro', conditions: [{ property: 'contact.plan', operator: 'is', value: 'Pro' }], steps }],
  else: [],
});
/** Selects, whose values `fieldsOf` doesn't read. */
const CHOSEN = { 'trigger.event': 'customer.created', 'steps.0.email.kind': 'transactional' };

describe.each(ENGINES)('a draft on %s', (engine) => {
  let tillpost: Tillpost;
  let client: BrowserClient;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    for (const tenant of [TEST, LIVE]) await tillpost.connect(tenant);
    client = await signIn();
  });
  afterAll(() => tillpost.close());
  beforeEach(() => tillpost.enable());
  afterEach(async () => {
    const { data } = await tillpost.call('workflows/list', { limit: 100 });
    for (const { id } of data) await tillpost.call('workflows/delete', { id });
  });

  async function signIn() {
    const browser = createBrowserClient(tillpost.url);
    browser.jar.set(
      'tillpost_session',
      await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined }),
    );
    return browser;
  }

  async function create(definition: Definition = define([mail('hello', 'Hello')])) {
    const { id } = await tillpost.call('workflows/create', { definition });
    return id;
  }
  async function activate(definition?: Definition) {
    const id = await create(definition);
    expect(await tillpost.call('workflows/activate', { id })).toMatchObject({ status: 'active' });
    return id;
  }
  const page = async (id: string) => (await client.get(`/workflows/${id}`)).text();
  const read = (id: string) => tillpost.call('workflows/read', { id });
  /** Sends the editor's form as it stands, but for `fields`. */
  async function post(id: string, path: string, fields: Record<string, string>, html?: string) {
    const form = { ...fieldsOf(html ?? (await page(id)), 'workflow-form'), ...CHOSEN, ...fields };
    const response = await client.post(`/workflows/${id}${path}`, form);
    return { status: response.status, location: response.headers.get('location'), html: await response.text() };
  }
  const subjectOf = ({ definition }: { definition: Definition }) =>
    definition.steps.flatMap((step) => (step.kind === 'email' ? [step.email.subject] : []));
  async function signsUp(email: string) {
    await tillpost.localStripe.trigger('customer.created', { account: TEST.accountId, email });
    await tillpost.worker.drain();
    const { data } = await tillpost.call('emails/list', { limit: 100 });
    return data.filter(({ to }) => to === email).map(({ subject }) => subject);
  }

  it('is saved beside what runs follow, says what it changes, and is followed once it is published', async () => {
    const id = await activate();
    const saved = await post(id, '', { 'steps.0.email.subject': 'Good day', 'steps.0.email.body': 'Line one\n\n<b>' });
    expect(saved).toMatchObject({ status: 303, location: `/workflows/${id}` });
    expect(subjectOf(await read(id))).toEqual(['Hello']);
    expect(await read(id)).toMatchObject({ status: 'active', revision: 2, has_draft: true });
    expect(await signsUp('before@example.com')).toEqual(['Hello']);

    const shown = await page(id);
    expect(shown).toContain('value="Good day"');
    expect(shown).toContain('<del>Hello</del> → <ins>Good day</ins>');
    expect(shown).toContain('<p class="diff-removed"><del>Line two</del></p>');
    expect(shown).toContain('<ins>&lt;b&gt;</ins>');
    expect(await (await client.get('/workflows')).text()).toContain('Unpublished changes');

    const published = await post(id, '', { then: 'publish' });
    expect(published).toMatchObject({ status: 303, location: `/workflows/${id}` });
    expect(await read(id)).toMatchObject({ status: 'active', revision: 3, has_draft: false });
    expect(await signsUp('after@example.com')).toEqual(['Good day']);
    expect(await page(id)).not.toContain('Unpublished changes');
  });

  it('leaves runs under way where they are until it is published, then they move off what is gone', async () => {
    const id = await activate(define([wait('w'), mail('one', 'One'), mail('two', 'Two')]));
    await signsUp('waiting@example.com');
    const standing = () =>
      tillpost.db.selectFrom('run').select(['step_id', 'is_waiting']).where('status', '=', 'running').execute();
    const fields = { operation: 'remove steps.0', 'steps.1.email.kind': 'transactional' };
    const removed = await post(id, '/edit', { ...fields, 'steps.2.email.kind': 'transactional' });
    const kinds = { 'steps.0.email.kind': 'transactional', 'steps.1.email.kind': 'transactional' };
    expect((await post(id, '', kinds, removed.html)).status).toBe(303);
    expect(await standing()).toEqual([{ step_id: 'w', is_waiting: 1 }]);
    expect((await post(id, '', { ...kinds, then: 'publish' })).status).toBe(303);
    expect(await standing()).toEqual([{ step_id: 'one', is_waiting: 0 }]);
  });

  it('can be discarded, is copied with its workflow, and is none when it says the same', async () => {
    const id = await activate();
    await post(id, '', { name: 'Better' });
    const copy = await client.post(`/workflows/${id}/duplicate`, { csrf_token: await client.csrfToken() });
    const copied = /wfl_\w+/.exec(copy.headers.get('location') ?? '')?.[0] ?? '';
    expect(await read(copied)).toMatchObject({ name: 'Copy of Better', status: 'draft', has_draft: false });
    const csrf_token = await client.csrfToken();
    const discard = (revision: number) =>
      client.post(`/workflows/${id}/discard`, { csrf_token, revision: String(revision) });
    expect((await discard(1)).status).toBe(409);
    expect((await discard(2)).headers.get('location')).toBe(`/workflows/${id}`);
    expect(await read(id)).toMatchObject({ name: 'Welcome', revision: 3, has_draft: false });
    expect((await post(id, '', {})).location).toBe(`/workflows/${id}`);
    expect(await read(id)).toMatchObject({ has_draft: false });
    expect((await client.post(`/workflows/${id}/discard`, { revision: '4' })).status).toBe(403);
  });

  it('of two people is saved and published by the one who saw the other’s', async () => {
    const id = await activate();
    const mine = await page(id);
    await post(id, '', { name: 'Theirs' });
    for (const then of ['', 'publish']) {
      const refused = await post(id, '', { name: 'Mine', then }, mine);
      expect(refused.status).toBe(409);
      expect(refused.html).toContain('this workflow was changed meanwhile');
      expect(refused.html).toContain('value="Mine"');
    }
    expect(await page(id)).toContain('value="Theirs"');
    expect(await read(id)).toMatchObject({ name: 'Welcome', revision: 2 });
  });

  it('waits on while the extension saves and publishes at once, as it always did', async () => {
    const id = await activate();
    await post(id, '', { name: 'Draft' });
    const definition = define([mail('hello', 'From the Dashboard')]);
    expect(await tillpost.call('workflows/save', { id, definition, revision: 1 })).toMatchObject({ status_code: 409 });
    expect(await tillpost.call('workflows/save', { id, definition, revision: 2 })).toMatchObject({ has_draft: true });
    expect(await signsUp('dashboard@example.com')).toEqual(['From the Dashboard']);
    expect(await page(id)).toContain('<del>From the Dashboard</del> → <ins>Hello</ins>');
    const same = define([mail('hello', 'Hello')], { name: 'Draft' });
    expect(await tillpost.call('workflows/save', { id, definition: same, revision: 3 })).toMatchObject({
      has_draft: false,
    });
  });

  it('is all there is of a workflow that was never active; a paused one is published without starting', async () => {
    const id = await create();
    await post(id, '', { name: 'Renamed' });
    expect(await read(id)).toMatchObject({ name: 'Renamed', status: 'draft', has_draft: false });
    expect(await post(id, '', { then: 'activate' })).toMatchObject({
      location: `/workflows/${id}`,
    });
    await tillpost.call('workflows/pause', { id });
    await post(id, '', { name: 'Paused' });
    expect(await read(id)).toMatchObject({ name: 'Renamed', status: 'paused', has_draft: true });
    await post(id, '', { then: 'publish' });
    expect(await read(id)).toMatchObject({ name: 'Paused', status: 'paused', has_draft: false });
  });

  describe('with steps', () => {
    const shape = (html: string) =>
      [...html.matchAll(/name="(steps[\w.]*)\.id" value="(\w+)"/g)].map(([, place, step]) => `${place} ${step}`);

    it('removed puts them back where they were, with all they held', async () => {
      const id = await create(define([mail('hello', 'Hello'), branch([wait('w'), mail('inner', 'Inner')]), wait('z')]));
      const before = shape(await page(id));
      const chosen = { 'steps.1.paths.0.steps.1.email.kind': 'transactional' };
      const conditions = {
        'steps.1.paths.0.conditions.0.property': 'contact.plan',
        'steps.1.paths.0.conditions.0.operator': 'is',
      };
      for (const place of ['steps.0', 'steps.1', 'steps.2', 'steps.1.paths.0', 'steps.1.paths.0.steps.1']) {
        const removed = await post(id, '/edit', { ...chosen, ...conditions, operation: `remove ${place}` });
        expect(removed.status).toBe(200);
        expect(removed.html).toMatch(/(Step|Path) removed/);
        expect(shape(removed.html)).not.toEqual(before);
        const back = await post(id, '/edit', { operation: 'undo' }, removed.html);
        expect(shape(back.html)).toEqual(before);
        expect(back.html).not.toMatch(/(Step|Path) removed/);
        expect(back.html).toContain('value="Inner"');
      }
      expect(await read(id)).toMatchObject({ revision: 1 });
    });

    it('takes nothing from a page that it would not take from the form', async () => {
      const id = await create();
      const hostile = {
        operation: 'undo',
        'removed.place': '__proto__.steps.0',
        'removed.steps.0.kind': 'email',
        'removed.steps.0.id': '"><script>alert(1)</script>',
      };
      for (const place of ['__proto__.steps.0', 'steps.x', 'steps', 'steps.0']) {
        const { status, html } = await post(id, '/edit', { ...hostile, 'removed.place': place });
        expect(status).toBe(200);
        expect(html).not.toContain('<script>alert');
      }
    });

    it('inserts one between any two, and inside a branch', async () => {
      const id = await create(define([mail('hello', 'Hello'), branch([wait('w'), wait('v')])]));
      const kinds = (html: string) =>
        [...html.matchAll(/name="(steps[\w.]*)\.kind" value="(\w+)"/g)].map(([, place, kind]) => `${place} ${kind}`);
      expect(kinds((await post(id, '/edit', { operation: 'insert steps.1 wait' })).html)).toEqual([
        'steps.0 email',
        'steps.1 wait',
        'steps.2 branch',
        'steps.2.paths.0.steps.0 wait',
        'steps.2.paths.0.steps.1 wait',
      ]);
      expect(kinds((await post(id, '/edit', { operation: 'insert steps.1.paths.0.steps.1 exit' })).html)).toContain(
        'steps.1.paths.0.steps.1 exit',
      );
    });
  });

  describe('that can’t be', () => {
    const onlyIf = (...conditions: object[]) =>
      define([mail('m', 'Hi')], { trigger: { event: 'invoice.paid', conditions } });
    const amount = (operator: string, value: unknown) => ({ property: 'event.amount', operator, value });
    const BAD: [string, unknown, string[]][] = [
      ['no name', define([], { name: '' }), ['Name must not be empty.']],
      ['no fields', {}, ['Name must be a text.', 'Trigger must be an object.', 'Steps must be a list.']],
      ['no object', 'workflow', ['Workflow must be an object.']],
      ['an unknown field', { ...define([]), locale: 'de' }, ['Workflow has no “locale”.']],
      [
        'an unknown event',
        define([], { trigger: { event: 'invoice.eaten' } }),
        ['Event of the trigger must be one of the known values'],
      ],
      ['no subject', define([mail('m', '')]), ['Subject of step 1 must not be empty.']],
      [
        'several faults',
        define([mail('m', ''), { id: 'w', kind: 'wait', amount: null, unit: 'days' }]),
        ['Subject of step 1 must not be empty.', 'Wait of step 2 must be a number.'],
      ],
      ['half a day', define([{ ...wait('w'), amount: 0.5 }]), ['Wait of step 1 must be a whole number.']],
      [
        'an unknown unit',
        define([{ ...wait('w'), unit: 'weeks' }]),
        ['Unit of step 1 must be one of minutes, hours, days.'],
      ],
      ['an unknown kind', define([{ id: 'x', kind: 'sms' }]), ['Kind of step 1 is none of the kinds there are.']],
      ['an empty filter', define([{ id: 'f', kind: 'filter', conditions: [] }]), ['Step 1 needs a condition.']],
      [
        'an amount in words',
        onlyIf(amount('greater', 'much')),
        ['Value of condition 1 of the trigger must be a number.'],
      ],
      [
        'an object for a value',
        onlyIf(amount('is', {})),
        ['Value of condition 1 of the trigger must be a text, a number, true or false.'],
      ],
      [
        'a faulty tag',
        define([mail('m', '{{ event.nope }}')]),
        ['Subject of step 1: There is no event.nope here (line 1, column 4).'],
      ],
      [
        'a fault deep inside',
        define([branch([wait('w'), { ...wait('v'), amount: 0 }])]),
        ['Wait of step 2 of path 1 of step 1 must be at least 1.'],
      ],
    ];
    const IMPOSSIBLE: [string, Definition, string[]][] = [
      ['no steps', define([]), ['An active workflow needs at least one step.']],
      [
        'a status in German, and a wait of centuries',
        define([
          {
            id: 'f',
            kind: 'filter',
            conditions: [{ property: 'contact.subscription_status', operator: 'is', value: 'Aktiv' }],
          },
          { ...wait('w'), amount: 99_999 },
        ]),
        [
          'Value of condition 1 of step 1 must be one of past_due, active, trialing, paused, canceled.',
          'Wait of step 2 must be at most 365 days.',
        ],
      ],
      [
        'bounds that leave nothing',
        onlyIf(amount('greater', 100), amount('less', 50)),
        ['Condition 2 of the trigger can’t hold together with condition 1.'],
      ],
    ];
    const TECHNICAL = /received|NaN|expected|steps\.|definition|invalid input|undefined|locale(?!”)/i;

    it.each(BAD)('is refused for %s, with all that is wrong in words', async (_, definition, words) => {
      const answer = await tillpost.call('workflows/create', { definition } as never);
      expect(answer).toMatchObject({ status_code: 400, error: { code: 'invalid_request' } });
      const { message, param } = (answer as unknown as { error: { message: string; param: string } }).error;
      expect(message).not.toMatch(TECHNICAL);
      expect(param).toMatch(/^definition/);
      for (const one of words) expect(message).toContain(one);
    });

    it.each(IMPOSSIBLE)('may be saved with %s, but neither activated nor published', async (_, definition, words) => {
      const id = await create(definition);
      const answer = await tillpost.call('workflows/activate', { id });
      const { message } = (answer as unknown as { error: { message: string } }).error;
      expect(answer).toMatchObject({ status_code: 400, error: { code: 'invalid_request' } });
      expect(message).toBe(words.join(' '));
      expect(await read(id)).toMatchObject({ status: 'draft' });
      const active = await activate();
      const saved = await tillpost.call('workflows/save', { id: active, definition, revision: 1 });
      expect(saved).toMatchObject({ status_code: 400, error: { message } });
      expect(subjectOf(await read(active))).toEqual(['Hello']);
    });

    it('lists every problem at the top of the editor, each a link to its field, and keeps the text', async () => {
      const id = await activate(define([mail('hello', 'Hello'), wait('w')]));
      const faulty = {
        name: '',
        'steps.0.email.subject': '',
        'steps.1.amount': '',
        'steps.0.email.body': '{{ event.nope }}',
        'trigger.conditions.0.property': 'contact.subscription_status',
        'trigger.conditions.0.operator': 'is',
        'trigger.conditions.0.value': 'Aktiv',
      };
      const { status, html } = await post(id, '', { ...faulty, then: 'publish' });
      expect(status).toBe(400);
      expect(html).toContain('Not published yet');
      const listed = [.../<ul class="problem-list">(.*?)<\/ul>/s.exec(html)![1]!.matchAll(/href="#([^"]+)">([^<]+)</g)];
      expect(listed.map(([, anchor, words]) => `${anchor}: ${words}`)).toEqual([
        'name: Name must not be empty',
        'steps-0-email-subject: Subject of step 1 must not be empty',
        'steps-1-amount: Wait of step 2 must be a number',
        'steps-0-email-body: Body of step 1: There is no event.nope here (line 1, column 4)',
        'trigger-conditions-0-value: Value of condition 1 of the trigger must be one of past_due, active, trialing, paused, canceled',
      ]);
      for (const [, anchor] of listed) expect(html).toContain(` id="${anchor}"`);
      expect(html).toContain('<option value="Aktiv" selected="">Aktiv (unknown)</option>');
      expect(html).toContain('{{ event.nope }}');
      expect(await read(id)).toMatchObject({ revision: 1, has_draft: false });
    });

    it('says of what is saved why it can’t be activated', async () => {
      const id = await create(define([{ ...wait('w'), amount: 99_999 }]));
      expect(await page(id)).toContain('This keeps it from being activated');
      expect(await page(await create(define([])))).not.toContain('This keeps it from');
    });

    it('offers known values as a choice', async () => {
      const id = await create(
        define([mail('m', 'Hi')], {
          trigger: { event: 'invoice.paid', conditions: [{ property: 'event.status', operator: 'is', value: 'PAID' }] },
        }),
      );
      const html = await page(id);
      expect(html).toMatch(/<select[^>]* name="trigger\.conditions\.0\.value"/);
      expect(html).toContain('<option value="paid" selected="">Paid</option>');
    });
  });

  describe('of an event that is off', () => {
    const off = () => tillpost.enable({ 'customer.created': { enabled: false, user_group: 'New' } });
    const choice = async () => (await readSettings(tillpost.db, TEST)).events['customer.created'];

    it('is activated without a green word, and turned on right there, options kept', async () => {
      await off();
      const id = await create();
      const answer = await post(id, '', { then: 'activate' });
      expect(answer).toMatchObject({ status: 303, location: `/workflows/${id}` });
      const html = await page(id);
      expect(html).toContain('Active, but it won’t start');
      expect(html).toContain('Turn on this event');
      const { revision } = await readSettings(tillpost.db, TEST);
      expect((await post(id, '/turn-on', { csrf_token: '' })).status).toBe(403);
      expect(await choice()).toMatchObject({ enabled: false });
      expect(await post(id, '/turn-on', {})).toMatchObject({ status: 303, location: `/workflows/${id}` });
      expect(await choice()).toMatchObject({ enabled: true, trigger_workflows: true, user_group: 'New' });
      expect(await readSettings(tillpost.db, TEST)).toMatchObject({ revision: revision + 1 });
      const stale = { revision, locale: 'de-DE' };
      expect(await tillpost.call('settings/save', { settings: stale })).toMatchObject({ status_code: 409 });
      await post(id, '/turn-on', {});
      expect(await readSettings(tillpost.db, TEST)).toMatchObject({ revision: revision + 1 });
      expect(await page(id)).not.toContain('Turn on this event');
      expect(await signsUp('started@example.com')).toEqual(['Hello']);
    });

    it('keeps what is being written while it is turned on', async () => {
      await off();
      const id = await create();
      const { status, html } = await post(id, '/turn-on', { name: 'Half written' });
      expect(status).toBe(200);
      expect(html).toContain('value="Half written"');
      expect(html).toContain('Event turned on.');
      expect(await read(id)).toMatchObject({ name: 'Welcome', revision: 1 });
    });

    it('can be turned on from the page of an event that was ignored for it', async () => {
      await off();
      await signsUp('ignored@example.com');
      const { data } = await tillpost.call('events/list', { type: 'customer.created' });
      const path = `/events/${data[0]!.id}`;
      expect(data[0]).toMatchObject({ status: 'ignored', reason: 'event_off' });
      expect(await (await client.get(path)).text()).toContain('This type is off');
      const csrf_token = await client.csrfToken();
      const turnOn = (where: string, fields: Record<string, string>) => client.post(`${where}/turn-on`, fields);
      expect((await turnOn(path, {})).status).toBe(403);
      expect((await turnOn('/events/evt_none', { csrf_token })).status).toBe(404);
      expect((await turnOn(path, { csrf_token })).headers.get('location')).toBe(`${path}`);
      expect(await choice()).toMatchObject({ enabled: true });
      expect(await (await client.get(path)).text()).toContain('and is on now. Replay it');
    });
  });

  it('is nobody else’s', async () => {
    const { id } = await tillpost.call('workflows/create', { definition: define([]) }, { tenant: LIVE });
    const csrf_token = await client.csrfToken();
    for (const path of ['', '/discard', '/turn-on', '/activate'])
      expect(
        (await client.post(`/workflows/${id}${path}`, { csrf_token, revision: '1', ...CHOSEN, name: 'x' })).status,
      ).toBe(404);
  });
});
