/** `npm run backup -- <file> [--overwrite]`: a sound copy of the SQLite file that DATABASE_URL names, also while a server runs. */
import { parseArgs } from 'node:util';
import { readDatabaseUrl } from '../config';
import { makeBackup } from './backup/backup';
import { messageOf } from './doctor/database';

async function main(): Promise<void> {
  const { file, bytes } = await makeBackup({ databaseUrl: readDatabaseUrl(), ...readArguments() }, (line) =>
    console.log(line),
  );
  console.log(`Wrote and checked ${file}: ${(bytes / 1e6).toFixed(1)} MB.
It is of use only with the ENCRYPTION_KEY: keep that elsewhere.`);
}

function readArguments(): { to: string; overwrite: boolean } {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { overwrite: { type: 'boolean' } } });
  const [to, ...more] = positionals;
  if (!to || more.length > 0) throw new Error('Where to? One file, please: npm run backup -- <file> [--overwrite]');
  return { to, overwrite: values.overwrite ?? false };
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
