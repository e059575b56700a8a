/** Events with what their payloads say. */
import { readEventObject } from '../../stripe-objects/read-object';
import type { Place } from './log';
import type { Happened } from './rehearsal';
import type { Turns } from './turns';

/** Characters of payloads after which the event loop may turn: they are parsed in some milliseconds. */
const PARSED_AT_ONCE = 200_000;

/** Without those whose payload is missing or can't be read. `payloads` by seq. */
export async function readEvents(
  places: readonly Place[],
  payloads: ReadonlyMap<string, string>,
  turns: Turns,
): Promise<Happened[]> {
  const happened: Happened[] = [];
  let parsed = 0;
  for (const { id, seq, type, created, contactId, isProcessed, isOff, isLate } of places) {
    const payload = payloads.get(seq) ?? '';
    parsed += payload.length;
    const object = payload === '' ? null : parse(type, payload);
    if (object)
      happened.push({ event: { id, type, created }, object, contactId, counts: isProcessed || isOff, starts: !isLate });
    if (parsed < PARSED_AT_ONCE) continue;
    parsed = 0;
    if (turns.areOver()) await turns.next();
  }
  return happened;
}

const parse = (type: string, payload: string) => readEventObject(type, JSON.parse(payload) as Record<string, unknown>);
