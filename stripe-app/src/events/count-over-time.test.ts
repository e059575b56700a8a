import { countOverTime } from './count-over-time';

const counted = (...seconds: number[]) =>
  countOverTime(
    seconds.map((created) => ({ created })),
    { from: 0, to: 40_000, slices: 4, format: (time) => `${time / 1000}s` },
  );

test('counts events in equal slices, oldest first', () => {
  expect(counted(35, 12, 11, 3)).toEqual([
    { time: '0s', events: 1 },
    { time: '10s', events: 2 },
    { time: '20s', events: 0 },
    { time: '30s', events: 1 },
  ]);
});

test('leaves out what is older, and counts what is newer with the last slice', () => {
  expect(counted(99, -1).map(({ events }) => events)).toEqual([0, 0, 0, 1]);
});
