/** The runs of a rehearsal, in memory where run-queue.ts has them in a table: found by contact and subject, one per slot. */
import type { Row } from '../../db/schema';
import { slotAfterEnd } from '../run-key';

type Run = Row<'run'>;

interface UnderWay {
  run: Run;
  /** What it holds while it goes on; its row no longer says so once it has ended. */
  slot: string | null;
}

export function createRunsUnderWay<R extends UnderWay>() {
  const runKeys = new Set<string>();
  const slots = new Set<string>();
  const byContact = new Map<string, Set<R>>();
  const bySubject = new Map<string, Set<R>>();

  return {
    /** Takes the key and slot of a new one; false where they are taken, and it doesn't start. */
    admit({ run_key, contact_id, slot }: Run): boolean {
      const own = slot === null ? null : slotOf(contact_id, slot);
      if (runKeys.has(run_key) || (own !== null && slots.has(own))) return false;
      runKeys.add(run_key);
      if (own !== null) slots.add(own);
      return true;
    },

    enter(going: R): void {
      const { contact_id, subject_id } = going.run;
      add(byContact, contact_id, going);
      if (subject_id) add(bySubject, subject_id, going);
    },

    /** It has ended. */
    leave(going: R): void {
      const { run, slot } = going;
      const { contact_id, subject_id } = run;
      remove(byContact, contact_id, going);
      if (subject_id) remove(bySubject, subject_id, going);
      if (slot !== null && slotAfterEnd(slot) === null) slots.delete(slotOf(contact_id, slot));
    },

    isOf: (contactId: string | null): boolean => contactId !== null && byContact.has(contactId),
    isAbout: (subjectId: string | undefined): boolean => subjectId !== undefined && bySubject.has(subjectId),

    /** Of the contact, then those about the subject. */
    find: (contactId: string | null, subjectId: string | null): R[] => [
      ...(byContact.get(contactId ?? '') ?? []),
      ...(bySubject.get(subjectId ?? '') ?? []),
    ],
  };
}

const slotOf = (contactId: string, slot: string): string => `${contactId} ${slot}`;

function add<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const own = index.get(key);
  if (own) own.add(item);
  else index.set(key, new Set([item]));
}

function remove<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const own = index.get(key);
  own?.delete(item);
  if (own?.size === 0) index.delete(key);
}
