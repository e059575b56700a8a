/** Stored workflows with their definitions parsed. A revision never changes, so its parsed definition is cached. */
import type { Definition } from '../../shared/workflow';
import { createCache } from '../cache';
import type { Row } from '../db/schema';

const definitions = createCache<string, Definition>(1_000);

/** The same object for all callers: not to be changed. */
export const definitionOf = ({ id, revision, definition }: Pick<Row<'workflow'>, 'id' | 'revision' | 'definition'>) =>
  definitions.remember(`${id} ${revision}`, () => JSON.parse(definition) as Definition);
