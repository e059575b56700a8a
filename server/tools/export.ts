/** `npm run export -- --contact <address or contact id> [--account acct_…] [--mode live|test]`: one person's data as JSON. */
import { parseArgs } from 'node:util';
import { openSuppressionKey } from '../audience/suppression-key';
import { MODES, readConfig } from '../config';
import { createContext } from '../context';
import { isMigrated } from '../db/migrate';
import { createLog } from '../log';
import { oneOf } from '../../shared/one-of';
import { findMissingFile } from './doctor/database';
import { exportPerson, type Asked } from './export/person';

const USAGE = 'npm run export -- --contact <address or contact id> [--account acct_…] [--mode live|test]';

async function main(): Promise<string> {
  const asked = readArguments();
  const settings = readConfig();
  const missing = findMissingFile(settings.secrets.databaseUrl);
  if (missing) throw new Error(missing.says);
  const ctx = createContext(settings, { log: createLog('silent'), transport: null });
  try {
    if (!(await isMigrated(ctx.db))) throw new Error('The database is of another release: start the server first.');
    await openSuppressionKey(ctx);
    return JSON.stringify(await exportPerson(ctx.db, asked, ctx.clock.now()), null, 2);
  } finally {
    await ctx.db.destroy();
  }
}

function readArguments(): Asked {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { contact: text, account: text, mode: text } });
  const { contact, account } = values;
  if (!contact) throw new Error(`--contact: whose data?\n\n${USAGE}`);
  const mode = values.mode === undefined ? undefined : oneOf(MODES, values.mode);
  if (values.mode !== undefined && mode === undefined) throw new Error(`--mode: must be live or test\n\n${USAGE}`);
  return { contact, ...(account ? { account } : {}), ...(mode ? { mode } : {}) };
}

main().then(
  (json) => console.log(json),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
