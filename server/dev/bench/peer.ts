/** Installs the peer that Tillpost is measured against, once, into a folder of its own: it is no dependency of this project. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET, startProcess, type ServerProcess } from './processes';

const PACKAGES = ['@supabase/stripe-sync-engine@0.48', 'fastify@5', 'pg@8', 'stripe@23'];
const FOLDER = join(tmpdir(), 'tillpost-bench-peer');

/** Counts what it stored. */
export const PEER_ROWS = 'select count(*) as count from stripe.customers';

export function startPeer(databaseUrl: string): Promise<ServerProcess> {
  installPeer();
  return startProcess('servers/peer.ts', [FOLDER, SECRET, databaseUrl]);
}

function installPeer(): void {
  const names = PACKAGES.map((name) => name.slice(0, name.lastIndexOf('@')));
  if (names.every((name) => existsSync(join(FOLDER, 'node_modules', name, 'package.json')))) return;
  console.log(`  installing ${PACKAGES.join(', ')} into ${FOLDER}`);
  mkdirSync(FOLDER, { recursive: true });
  const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', FOLDER];
  execFileSync('npm', ['install', ...options, ...PACKAGES], { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] });
}
