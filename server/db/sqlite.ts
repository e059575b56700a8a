/** better-sqlite3, in the release that suits this Node.js. */
import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/** Release 13 crashes without it. It came with Node.js 22.14, and never to 20. */
const NODE_API_OF_13 = 10;

const load = createRequire(__filename);

/**
 * Release 12, compiled for Node.js 24.19 or later, aborts the process when a statement is collected
 * (https://github.com/nodejs/node/issues/65446). It still serves older ones, and stands in where 13 could not be
 * installed: npm compiles that although it brings its binary, so it is optional.
 */
export const Sqlite = load(canLoad13() ? 'better-sqlite3-13' : 'better-sqlite3') as typeof BetterSqlite3;

function canLoad13(): boolean {
  if (Number(process.versions.napi) < NODE_API_OF_13) return false;
  try {
    return load.resolve('better-sqlite3-13') !== '';
  } catch {
    return false;
  }
}
