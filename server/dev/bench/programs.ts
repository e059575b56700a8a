/** The Tillposts a run measures: this checkout's, and with `--against` another one's, started with the same arguments. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Options } from './options';
import { ACCOUNT, SECRET, startProcess, type ServerProcess } from './processes';

export interface Program {
  name: 'Tillpost' | 'Tillpost, old';
  script: string;
  /** Its checkout, where its own libraries are. */
  root: string;
}

export interface Start {
  mode: 'worker' | 'receive-only' | 'counting-anew';
  accounts?: number;
  /** Its customers get a mail: those who paid, or with `marketing` each new one. */
  smtpUrl?: string;
  mail?: 'payment' | 'marketing';
  env?: NodeJS.ProcessEnv;
}

const SCRIPT = 'servers/tillpost.ts';
const OURS: Program = {
  name: 'Tillpost',
  script: join(__dirname, SCRIPT),
  root: resolve(__dirname, '../../..'),
};

export function programsOf({ against }: Options): Program[] {
  if (against === undefined) return [OURS];
  const root = resolve(against);
  const script = join(root, 'server/dev/bench', SCRIPT);
  if (!existsSync(script)) throw new Error(`--against ${against}: no checkout with a bench's ${SCRIPT}`);
  return [OURS, { name: 'Tillpost, old', script, root }];
}

export function startTillpost(url: string, start: Start, program = OURS): Promise<ServerProcess> {
  const { accounts = 1, mode, smtpUrl, mail, env } = start;
  const args = [
    url,
    SECRET,
    accountsOf(accounts).join(','),
    mode,
    ...(smtpUrl ? [smtpUrl] : []),
    ...(mail ? [mail] : []),
  ];
  return startProcess(program.script, args, { root: program.root, env });
}

export const accountsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => (n === 0 ? ACCOUNT : `${ACCOUNT}${n}`));
