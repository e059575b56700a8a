/** Stored workflows with their definitions parsed. A revision never changes, so its parsed definition is cached. */
import type { Definition } from '../../shared/workflow';
import { createCache } from '../cache';
import type { Row } from '../db/schema';

type Stored = Pick<Row<'workflow'>, 'id' | 'revision' | 'definition'>;

const definitions = createCache<string, Definition>(1_000);
/** A row is asked very often in a row of events: its own definition is found without its key. */
const ofRow = new WeakMap<Stored, Definition>();

/** The same object for all callers: neither it nor the row is to be changed. */
export function definitionOf(row: Stored): Definition {
  const known = ofRow.get(row);
  if (known) return known;
  const { id, revision, definition } = row;
  const parsed = definitions.remember(`${id} ${revision}`, () => JSON.parse(definition) as Definition);
  ofRow.set(row, parsed);
  return parsed;
}
