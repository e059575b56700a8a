/** Moves the clock on from one thing that is due to the next, so that each happens at its own time. */
import type { MovableClock } from '../../movable-clock';
import type { Tenant } from '../tenant';
import { dueOf, type NextDue } from './due';

/** A Tillpost whose clock moves along, because it is in the same process. */
export interface Companion {
  /** Epoch milliseconds of the first thing that waits for a time after `since`; undefined when nothing does. */
  nextDue(since: number): Promise<number | undefined>;
  /** Resolves when all that is due has been done. */
  settle(): Promise<void>;
}

export interface AdvanceOptions {
  clock: MovableClock;
  tenants(): Tenant[];
  /** Resolves when each event has been sent once. */
  landed(): Promise<void>;
  companion(): Companion | undefined;
}

/** From and to in epoch milliseconds. */
export interface Advanced {
  from: number;
  to: number;
  /** What Stripe did on the way. */
  events: number;
  /** Whether a Tillpost moved along. */
  isAccompanied: boolean;
}

export class TimeMovesAlready extends Error {
  constructor() {
    super('Time is being moved already. Try again when that is done.');
  }
}

export interface Advance {
  /** By so many milliseconds. @throws TimeMovesAlready */
  advance(ms: number): Promise<Advanced>;
  /** Null when it wasn't moved yet. */
  lastAdvanced(): Advanced | null;
}

export function createAdvance({ clock, tenants, landed, companion }: AdvanceOptions): Advance {
  let isMoving = false;
  let last: Advanced | null = null;

  async function settle(): Promise<void> {
    await landed();
    await companion()?.settle();
  }

  /** All that is due at Stripe by now, in order of time; those of the same time in the order in which they stand. */
  function happen(): void {
    const isDue = (next: NextDue) => timeOf(next) <= clock.now();
    for (let due = allOf(tenants()).filter(isDue); due.length > 0; due = allOf(tenants()).filter(isDue)) {
      for (const next of due.toSorted((one, other) => timeOf(one) - timeOf(other))) if (isDue(next)) next()!.happen();
    }
  }

  /** What was due by `settledAt` and still is didn't want to be done: time goes on without it. */
  async function nextTime(settledAt: number): Promise<number> {
    const atStripe = allOf(tenants()).reduce((first, next) => Math.min(first, timeOf(next)), Infinity);
    return Math.min(atStripe, (await companion()?.nextDue(settledAt)) ?? Infinity);
  }

  async function advance(ms: number): Promise<Advanced> {
    if (isMoving) throw new TimeMovesAlready();
    isMoving = true;
    try {
      const from = clock.now();
      const told = countEvents(tenants());
      const until = from + ms;
      for (;;) {
        happen();
        const settledAt = clock.now();
        await settle();
        const left = until - clock.now();
        if (left <= 0) break;
        const next = await nextTime(settledAt);
        // Time has passed meanwhile: what came due by that gets its turn first.
        clock.advance(Math.min(left, Math.max(0, next - clock.now())));
      }
      const isAccompanied = companion() !== undefined;
      last = { from, to: clock.now(), events: countEvents(tenants()) - told, isAccompanied };
      return last;
    } finally {
      isMoving = false;
    }
  }

  return { advance, lastAdvanced: () => last };
}

const allOf = (tenants: Tenant[]): NextDue[] => tenants.flatMap(dueOf);

/** Epoch milliseconds. */
const timeOf = (next: NextDue): number => (next()?.at ?? Infinity) * 1000;

const countEvents = (tenants: Tenant[]): number => tenants.reduce((sum, { events }) => sum + events.size, 0);
