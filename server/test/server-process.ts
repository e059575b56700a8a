/** `npm start`, from the sources, on a SQLite file: a process of its own, which ends with its test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fixtureEvent } from './fixtures/stripe';
import { freePort } from './free-port';
import { LIVE, SECRETS, sign } from './harness';

export const ROOT = join(__dirname, '../..');
export const READY = 'Tillpost is ready';

const children = new Set<ChildProcess>();
afterEach(() => {
  // What a test that failed left running.
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

export async function startServer(file: string) {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      DATABASE_URL: `sqlite:${file}`,
      STRIPE_API_BASE: 'http://127.0.0.1:9',
      STRIPE_SECRET_KEY: 'sk_live_sandbox0000000000',
      STRIPE_AUTHORIZE_URL: 'http://127.0.0.1:9/',
      STRIPE_WEBHOOK_SECRET: SECRETS.webhook.live,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as unknown, signal: signal as unknown }));
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    pid: child.pid,
    ended,
    async says(text: string): Promise<void> {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended instead: ${output}`);
        await wait(20);
      }
    },
    output: () => output,
    kill: (signal: 'SIGKILL' | 'SIGTERM') => child.kill(signal),
    /** As Stripe does; what was delivered, and the answer's status. */
    async deliver(): Promise<{ id: string; status: number }> {
      const created = Math.floor(Date.now() / 1000);
      const event = fixtureEvent('customer.created', { account: LIVE.accountId, livemode: true, created });
      const body = JSON.stringify(event);
      const headers = { 'Stripe-Signature': sign(body, SECRETS.webhook.live, Date.now()) };
      const { status } = await fetch(`${url}/webhooks/stripe`, { method: 'POST', body, headers });
      return { id: event.id, status };
    },
  };
}
