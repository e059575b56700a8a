/**
 * For files that render in their own process: as in the thread that renders, only work counts against the time an email
 * has, not the waiting for a busy machine.
 */
import { createWorkClock, nameThread } from '../emails/thread-time';

export function countOnlyWork(): void {
  const { now } = performance;
  beforeAll(() => void (performance.now = createWorkClock(nameThread(), now.bind(performance))));
  // The clock is the process's, and other files wait by it.
  afterAll(() => void (performance.now = now));
}
