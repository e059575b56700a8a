import type { EventView } from '../../../shared/api';

export interface Slice {
  /** "Jan 3, 2021" or "Jan 3, 2021, 4:05 PM": where the slice begins. */
  time: string;
  events: number;
}

/** Counts events in equal slices of the time from `from` to `to` (epoch milliseconds), oldest first. */
export function countOverTime(
  events: readonly Pick<EventView, 'created'>[],
  { from, to, slices, format }: { from: number; to: number; slices: number; format: (time: number) => string },
): Slice[] {
  const width = Math.max(1, (to - from) / slices);
  const counted = Array.from({ length: slices }, (_, index) => ({ time: format(from + index * width), events: 0 }));
  for (const { created } of events) {
    const index = Math.min(slices - 1, Math.floor((created * 1000 - from) / width));
    if (index >= 0) counted[index]!.events++;
  }
  return counted;
}
