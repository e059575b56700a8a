/** The SQLite that this Node.js gets. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// Only what the engine collects by itself, between turns, is at stake: a forced collection runs elsewhere.
const PROGRAM = `
  const { Sqlite } = require(${JSON.stringify(join(__dirname, 'sqlite.ts'))});
  const db = new Sqlite(':memory:');
  let turns = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 3000; i++) db.prepare('select ' + i).all();
    Array.from({ length: 300_000 }, (_none, i) => ({ i }));
    if (++turns === 15) clearInterval(timer);
  }, 1);
`;

describe('better-sqlite3', () => {
  it('survives the collection of statements that nobody holds any more', () => {
    const { status, signal } = spawnSync(process.execPath, ['--import', 'tsx', '-e', PROGRAM], {
      encoding: 'utf8',
    });
    expect({ status, signal }).toEqual({ status: 0, signal: null });
  });
});
