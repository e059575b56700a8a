import { lastMonths, monthIn } from './local-months';

it('goes back month by month over the turn of the year, each where the zone has it', () => {
  // In Auckland it is January already.
  const now = Date.UTC(2026, 11, 31, 12);
  const months = lastMonths(3, now, 'Pacific/Auckland');
  expect(months.map(({ month }) => month)).toEqual(['2027-01', '2026-12', '2026-11']);
  expect(lastMonths(1, now, 'UTC')).toMatchObject([{ month: '2026-12' }]);
  expect(months[0]!.since).toBe(Date.UTC(2026, 11, 31, 11));
  for (const [n, { until }] of months.slice(1).entries()) expect(until).toBe(months[n]!.since);
});

it('knows what is no month', () => {
  for (const text of ['', '2026', '2026-13', '2026-00', '2026-1', '2026-01-01', 'abcd-01'])
    expect(monthIn(text, 'UTC')).toBeUndefined();
});
