/** `npm run move -- --from sqlite:./data/tillpost.db --to postgres://…`, or back: all of it, verified; killed, it goes on. */
import { parseArgs } from 'node:util';
import { redact } from '../log';
import { moveDatabase } from './move/move';
import { inWords } from './move/copy';

const USAGE = `npm run move -- --from sqlite:./data/tillpost.db --to postgres://user@host/database
(or the other way round; the password may stand in PGPASSWORD)`;

async function main(): Promise<void> {
  const { from, to } = readArguments();
  const startedAt = performance.now();
  const copied = await moveDatabase({ from, to, say: (line) => console.log(line) });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log('');
  for (const { table, rows, sum } of copied)
    console.log(`✓ ${table.padEnd(20)} ${inWords(rows).padStart(12)} rows  ${sum.slice(0, 16)}`);
  const rows = copied.reduce((all, one) => all + one.rows, 0);
  console.log(`
Moved and verified: ${inWords(copied.length)} tables, ${inWords(rows)} rows, in ${seconds} s.
Next: set DATABASE_URL to ${redact(to)} and start. Keep ENCRYPTION_KEY: tokens and keys were
moved as they stand, sealed under it. The source is untouched; never start a server on it again.`);
}

function readArguments(): { from: string; to: string } {
  const text = { type: 'string' } as const;
  const { from, to } = parseArgs({ options: { from: text, to: text } }).values;
  if (!from || !to) throw new Error(`${from ? '--to: where to' : '--from: from where'}?\n\n${USAGE}`);
  return { from, to };
}

main().catch((error: unknown) => {
  console.error(redact(error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
});
