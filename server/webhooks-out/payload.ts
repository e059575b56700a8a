/** What a message says to an endpoint: `{type, timestamp, data}`, data as the API shows the object. */
import type { ContactView, EmailView, EventView, RunView } from '../../shared/api';
import { isoTime } from '../db/columns';
import { sequenceOf, type Message } from '../outbox/messages';

/** What is read of the objects that messages are about. */
export interface Known {
  contact(id: string): ContactView | undefined;
  email(id: string): EmailView | undefined;
  run(id: string): RunView | undefined;
  event(id: string): EventView | undefined;
  /** Of a mailing list. */
  listName(id: string): string | undefined;
}

/** Undefined where its object is not there any more. */
export function payloadOf(message: Message, known: Known): string | undefined {
  const data = dataOf(message, known);
  if (data === undefined) return undefined;
  const sequence = sequenceOf(message.seq);
  return JSON.stringify({ type: message.type, timestamp: isoTime(message.at), data: { ...data, sequence } });
}

function dataOf(message: Message, known: Known): object | undefined {
  const { kind, id, details } = message;
  if (details.deleted) {
    // Whose it was is not kept.
    return { id, object: 'contact', deleted: true, merged_into: details.deleted.merged_into };
  }
  switch (kind) {
    case 'contact': {
      const contact = known.contact(id);
      if (!contact) return undefined;
      const { changes, list_id: listId } = details;
      return {
        ...contact,
        ...(changes
          ? { previous: Object.fromEntries(Object.entries(changes).map(([name, { was }]) => [name, was])) }
          : {}),
        ...(listId === undefined ? {} : { list: { id: listId, name: known.listName(listId) ?? null } }),
      };
    }
    case 'email':
      return known.email(id);
    case 'run':
      return known.run(id);
    case 'event':
      return known.event(id);
  }
}
