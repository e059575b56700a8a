/** What is to come, in the order of time, on a clock that only goes on. Pure. */

interface Entry<T> {
  at: number;
  /** Of two at the same time the one that was added first comes first. */
  n: number;
  item: T;
  next: Entry<T> | undefined;
}

/** Few different delays occur: what waits as long as another comes after it, so each delay is a line, sorted by itself. */
export function createAgenda<T>() {
  const lines = new Map<number, { first: Entry<T>; last: Entry<T> }>();
  let added = 0;

  return {
    /** Milliseconds. `now` never goes back. */
    add(item: T, now: number, delay: number): void {
      const entry: Entry<T> = { at: now + delay, n: added++, item, next: undefined };
      const line = lines.get(delay);
      if (!line) lines.set(delay, { first: entry, last: entry });
      else line.last = line.last.next = entry;
    },

    /** Takes the next one out; undefined when none is due by `until`. */
    take(until: number): { at: number; item: T } | undefined {
      let delay: number | undefined;
      let found: Entry<T> | undefined;
      for (const [own, { first }] of lines)
        if (first.at <= until && (!found || first.at < found.at || (first.at === found.at && first.n < found.n)))
          [delay, found] = [own, first];
      if (!found || delay === undefined) return undefined;
      if (found.next) lines.get(delay)!.first = found.next;
      else lines.delete(delay);
      return found;
    },

    /** All that is due by `until`, left in. */
    *due(until: number): Generator<T> {
      for (const { first } of lines.values())
        for (let entry: Entry<T> | undefined = first; entry && entry.at <= until; entry = entry.next) yield entry.item;
    },
  };
}
