/** Stored workflows with their definitions parsed. A revision never changes, so its parsed definition is kept. */
import type { Definition } from '../../shared/workflow';
import type { Row } from '../db/schema';

const MAX_KEPT = 1_000;
const kept = new Map<string, Definition>();

export function definitionOf({ id, revision, definition }: Pick<Row<'workflow'>, 'id' | 'revision' | 'definition'>) {
  const key = `${id} ${revision}`;
  let parsed = kept.get(key);
  if (!parsed) {
    parsed = JSON.parse(definition) as Definition;
    if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '');
    kept.set(key, parsed);
  }
  return parsed;
}
