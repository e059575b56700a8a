/** The numbers of a workflow's results and of the lists they lead to, against what a plain loop has made. */
import { EMAIL_FATES, EMAIL_STATUSES, RUN_STATUSES } from '../../shared/api';
import { openSession } from '../installs/sessions';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { fillResults, MEASURED, type Made, type MadeEmail, type MadeRun } from './fill-results';
import { ACCOUNT, LIVE, startTillpost, TEST, type Tillpost } from './harness';

const RUNS = 1_600;
const DAY = 86_400_000;

describe.each(ENGINES)('the results of a workflow on %s', (engine) => {
  let tillpost: Tillpost;
  let client: BrowserClient;
  let workflow: string;
  let made: Made;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    for (const tenant of [TEST, LIVE]) await tillpost.connect(tenant);
    client = createBrowserClient(tillpost.url);
    client.jar.set(
      'tillpost_session',
      await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined }),
    );
    const create = async () => (await tillpost.call('workflows/create', { definition: MEASURED })).id;
    workflow = await create();
    const now = tillpost.clock.now();
    made = await fillResults(tillpost.db, TEST, { workflow, runs: RUNS, now });
    // Others with the same steps, and the other mode's.
    await fillResults(tillpost.db, TEST, { workflow: await create(), runs: 50, now });
    await fillResults(tillpost.db, LIVE, { workflow, runs: 50, now });
  });
  afterAll(() => tillpost.close());

  const page = async (path: string) => {
    const response = await client.get(path);
    expect([path, response.status]).toEqual([path, 200]);
    return (await response.text()).replaceAll('&amp;', '&');
  };
  /** The numbers of a page, by where they lead. */
  const numbersOf = (html: string) =>
    new Map(
      [...html.matchAll(/<a class="number" href="([^"]+)">([\d,]+)<\/a>/g)].map(([, to, value]) => [
        to!,
        Number(value!.replaceAll(',', '')),
      ]),
    );
  const countOf = (html: string) =>
    Number(/role="status">([\d,]+) (?:email|run)s?/.exec(html)?.[1]?.replaceAll(',', ''));

  /** What a link of the page counts, in the loop's own rows. */
  function expected(to: string, midnight: number): number {
    const url = new URL(to, 'http://x');
    const query = Object.fromEntries(url.searchParams);
    const isInTime = ({ at }: { at: number }) => query.since === undefined || at >= midnight;
    const isMeant = url.pathname === '/emails' ? isMeantEmail : isMeantRun;
    return [...(url.pathname === '/emails' ? made.emails : made.runs)].filter(
      (one) => isInTime(one) && isMeant(one as MadeEmail & MadeRun, query),
    ).length;
  }
  const isMeantEmail = ({ step, status, reason, fates }: MadeEmail, query: Record<string, string>) =>
    step === query.step &&
    (query.status === undefined || status === query.status) &&
    (query.reason === undefined || reason === query.reason) &&
    (query.fate === undefined || (fates as string[]).includes(query.fate));
  const isMeantRun = ({ status, reason, step, steps }: MadeRun, query: Record<string, string>) =>
    (query.status === undefined || status === query.status) &&
    (query.reason === undefined || (reason ?? 'end') === query.reason) &&
    (query.step === undefined || step === query.step) &&
    (query.passed === undefined || steps.includes(query.passed));

  const midnightBefore = (days: number) => {
    const today = Math.floor(tillpost.clock.now() / DAY) * DAY;
    return today - (days - 1) * DAY;
  };

  it.each([
    ['7', 7],
    ['30', 30],
    ['90', 90],
    ['all', 0],
  ] as const)('are what the loop has made over %s days, and so are the lists they lead to', async (span, days) => {
    const midnight = midnightBefore(days);
    const numbers = numbersOf(await page(`/workflows/${workflow}/results?span=${span}`));
    for (const [to, value] of numbers) expect([to, value]).toEqual([to, expected(to, midnight)]);
    // Two times do for the lists: there are dozens of links.
    if (span === '30' || span === 'all')
      for (const [to, value] of numbers) expect([to, countOf(await page(to))]).toEqual([to, value]);
    // One of each: states and fates of both emails, states of runs.
    const shown = (path: string, name: string) =>
      new Set(
        [...numbers.keys()]
          .filter((to) => to.startsWith(path))
          .flatMap((to) => new URL(to, 'http://x').searchParams.get(name) ?? []),
      );
    expect([...shown('/emails', 'status')].sort()).toEqual([...EMAIL_STATUSES].sort());
    expect([...shown('/emails', 'fate')].sort()).toEqual([...EMAIL_FATES].sort());
    expect([...shown('/workflows', 'status')].sort()).toEqual(RUN_STATUSES.filter((one) => one !== 'failed').sort());
    expect([...shown('/workflows', 'passed')].sort()).toEqual(['check', 'first', 'last', 'pause']);
  });

  it('are drawn by day, with the same numbers as a table', async () => {
    for (const path of [`/workflows/${workflow}/results`, `/emails?workflow=${workflow}`]) {
      const html = await page(path);
      const [table = ''] = /<table><caption>Emails by day.*?<\/table>/s.exec(html) ?? [];
      const cells = [...table.matchAll(/<td>([\d,]+)<\/td>/g)].map(([, value]) => Number(value));
      const inTime = made.emails.filter(({ at }) => at >= midnightBefore(30));
      expect(cells.reduce((sum, value) => sum + value, 0)).toBe(inTime.length);
    }
  });

  it('say nothing of deliveries that nobody reports, and of clicks that nobody counts', async () => {
    const { id } = await tillpost.call('workflows/create', { definition: MEASURED }, { tenant: TEST });
    await tillpost.call('workflows/activate', { id });
    await tillpost.enable();
    await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT });
    await tillpost.localStripe.idle();
    await tillpost.worker.drain();
    const html = await page(`/workflows/${id}/results`);
    expect(html).toMatch(/data-label="Delivered"><span class="none">.*?not reported/);
    expect(html).toMatch(/data-label="Clicked"><span class="none">.*?not counted/);
    await tillpost.enable({}, { track: { clicks: true, transactional: false } });
    expect(await page(`/workflows/${id}/results`)).not.toMatch(
      /data-label="Clicked"><span class="none">.*?not counted/,
    );
    expect(numbersOf(html).get(`/emails?workflow=${id}&step=first&since=${sinceOf(html)}&status=captured`)).toBe(1);
  });
  const sinceOf = (html: string) => /since=([\d-]+)/.exec(html)?.[1];

  it('keep the emails of a step that was removed', async () => {
    const { definition, revision } = await tillpost.call('workflows/read', { id: workflow });
    const steps = definition.steps.filter(({ id }) => id !== 'last');
    await tillpost.call('workflows/save', { id: workflow, definition: { ...definition, steps }, revision });
    const html = await page(`/workflows/${workflow}/results?span=all`);
    expect(html).toContain('A step that was removed');
    const all = made.emails.filter(({ step }) => step === 'last').length;
    const to = `/emails?workflow=${workflow}&step=last`;
    expect(numbersOf(html).get(to)).toBe(all);
    expect(countOf(await page(to))).toBe(all);
  });

  it.each([
    'span=x',
    'span=7&span=30',
    'since=never&until=never',
    'step=%27%3B--',
    'fate=__proto__&reason=constructor',
  ])('take %s for what it is', async (query) => {
    for (const path of [`/workflows/${workflow}/results`, `/workflows/${workflow}/runs`, '/emails', '/events'])
      await page(`${path}?${query}`);
  });

  it('are not there for another account’s workflow', async () => {
    const { id } = await tillpost.call('workflows/create', { definition: MEASURED }, { tenant: LIVE });
    for (const path of ['results', 'runs']) expect((await client.get(`/workflows/${id}/${path}`)).status).toBe(404);
  });
});
