/** Which events can be played apart from which others. Pure. */
import type { Place } from './log';

export type Shares = ReturnType<typeof createShares>;

/** The customers of a contact, and the contacts of a customer, belong together: a run touches no others. */
export function createShares() {
  const above = new Map<string, string>();
  let isOne = false;

  function rootOf(id: string): string {
    for (let own = id; ;) {
      const next = above.get(own);
      if (next === undefined) return own;
      const over = above.get(next);
      if (over === undefined) return next;
      // What is climbed once is shorter the next time.
      above.set(own, over);
      own = over;
    }
  }

  function join(one: string, other: string): void {
    const [a, b] = [rootOf(one), rootOf(other)];
    if (a !== b) above.set(a, b);
  }

  return {
    join,

    /** To be told of all that is played. */
    add({ customerId, contactId }: Place): void {
      if (customerId !== null && contactId !== null) join(customerId, contactId);
    },

    /** Where a guest's object may have become a customer's, only its payloads tell what belongs together. */
    keepTogether: (): void => void (isOne = true),

    /** Into so many shares, or fewer: the first has what counts for all. */
    divide(most: number): { count: number; deal(places: readonly Place[]): Place[][] } {
      const count = isOne ? 1 : most;
      const shares = new Map<string, number>();
      const shareOf = (id: string): number => {
        const root = rootOf(id);
        const known = shares.get(root);
        if (known !== undefined) return known;
        const share = shares.size % count;
        shares.set(root, share);
        return share;
      };

      return {
        count,
        deal(places) {
          const dealt = Array.from({ length: count }, (): Place[] => []);
          for (const place of places) {
            const id = place.customerId ?? place.contactId;
            if (id !== null) dealt[shareOf(id)]!.push(place);
            else dealt.forEach((own, n) => own.push(n === 0 ? place : onlyTelling(place)));
          }
          return dealt;
        },
      };
    },
  };
}

/** Of nobody known, it may tell the state of anybody's object; what else it does is done once. */
const onlyTelling = (place: Place): Place => ({ ...place, isProcessed: false, isOff: false, isLate: true });
