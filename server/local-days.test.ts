import { dayAfter, dayOf, timeOn } from './local-days';

const DST: [day: string, timeZone: string, expected: string][] = [
  // Forward and back, the days around them, in both hemispheres.
  ['2026-03-28', 'Europe/Berlin', '2026-03-28T08:00:00Z'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-29T07:00:00Z'],
  ['2026-10-24', 'Europe/Berlin', '2026-10-24T07:00:00Z'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-25T08:00:00Z'],
  ['2026-03-07', 'America/New_York', '2026-03-07T14:00:00Z'],
  ['2026-03-08', 'America/New_York', '2026-03-08T13:00:00Z'],
  ['2026-10-31', 'America/New_York', '2026-10-31T13:00:00Z'],
  ['2026-11-01', 'America/New_York', '2026-11-01T14:00:00Z'],
  ['2026-04-04', 'Pacific/Auckland', '2026-04-03T20:00:00Z'],
  ['2026-04-05', 'Pacific/Auckland', '2026-04-04T21:00:00Z'],
  ['2026-09-26', 'Pacific/Auckland', '2026-09-25T21:00:00Z'],
  ['2026-09-27', 'Pacific/Auckland', '2026-09-26T20:00:00Z'],
];

it.each(DST)('finds nine o’clock on %s in %s', (day, timeZone, expected) =>
  expect(timeOn(day, timeZone, 9)).toBe(Date.parse(expected)),
);

describe('timeOn', () => {
  it.each([
    ['2026-11-23', 'UTC', '2026-11-23T00:00:00Z'],
    ['2026-11-23', 'America/New_York', '2026-11-23T05:00:00Z'],
    ['2026-11-23', 'Asia/Kathmandu', '2026-11-22T18:15:00Z'],
    // Clocks go forward at 02:00 and back at 03:00 that day.
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
  ])('finds when %s begins in %s', (day, timeZone, expected) => {
    expect(timeOn(day, timeZone)).toBe(Date.parse(expected));
  });

  it.each(['yesterday', '2026-13-01', '2026-1-1', ''])('finds no day in %j', (text) => {
    expect(timeOn(text, 'UTC')).toBeUndefined();
  });
});

it('names the day of the reader’s zone', () => {
  expect(dayOf(Date.parse('2026-11-23T23:30:00Z'), 'Europe/Berlin')).toBe('2026-11-24');
  expect(dayAfter('2026-12-31')).toBe('2027-01-01');
  expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28');
});
