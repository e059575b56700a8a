import { sql } from 'kysely';
import { ENGINES } from './test/databases';
import { startTillpost, type Tillpost } from './test/harness';

const scraped = async ({ url }: Tillpost) => (await fetch(`${url}/metrics`)).text();
const gauge = (text: string, name: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length) ?? Number.NaN,
  );

describe.each(ENGINES)('GET /metrics on %s', (engine) => {
  let tillpost: Tillpost;

  beforeEach(async () => {
    tillpost = await startTillpost({ engine });
    await tillpost.connect();
    await tillpost.enable();
    await tillpost.worker.drain();
  });
  afterEach(() => tillpost.close());

  it('tells how many events are due, and since when', async () => {
    for (const id of ['evt_1', 'evt_2'])
      await tillpost.localStripe.emit('acct_1TillpostTest', false, 'customer.deleted', { object: 'customer' }, { id });
    tillpost.clock.advance(60_000);
    const before = await scraped(tillpost);
    expect(gauge(before, 'tillpost_queue_due{queue="event"}')).toBe(2);
    expect(gauge(before, 'tillpost_queue_age_seconds{queue="event"}')).toBeGreaterThanOrEqual(60);
    await tillpost.worker.drain();
    const after = await scraped(tillpost);
    expect(gauge(after, 'tillpost_queue_due{queue="event"}')).toBe(0);
    expect(gauge(after, 'tillpost_queue_age_seconds{queue="event"}')).toBe(0);
    expect(gauge(after, 'tillpost_installs{status="active"}')).toBe(1);
    expect(gauge(after, 'tillpost_database_up')).toBe(1);
    expect(gauge(after, 'tillpost_pool_connections{state="waiting"}')).toBe(engine === 'postgres' ? 0 : Number.NaN);
  });

  it('still answers when the database does not, and says so', async () => {
    await sql`drop table install`.execute(tillpost.db);
    expect(gauge(await scraped(tillpost), 'tillpost_database_up')).toBe(0);
  });
});
