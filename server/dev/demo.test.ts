import { exec, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePort } from '../test/free-port';

async function readUntil(demo: ChildProcess, start: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface(demo.stdout!)) {
    lines.push(line);
    if (line.startsWith(start)) break;
  }
  return lines;
}

/** In this order. */
const STORY = [
  /day 14 +customer\.subscription\.updated: trialing → active/,
  /customer\.subscription\.updated: active → past_due/,
  /email +Your payment of \$49\.00 didn’t go through \(captured\)/,
  /day 4\d +email +Still open: \$49\.00 \(captured\)/,
  /customer\.subscription\.updated: past_due → active/,
  /invoice\.paid +Matched contact mira\.sato@example\.com; ended 1 run/,
];

it('shows an email that is not sent, two months of a customer, and a command that triggers an event at its own local Stripe, on whatever port', async () => {
  const ports = { PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()) };
  const { PATH } = process.env;
  const demo = spawn(process.execPath, ['--import', 'tsx', 'server/dev/demo.ts'], { env: { PATH, ...ports } });
  try {
    const lines = await readUntil(demo, 'Stop with');
    const command = lines.find((line) => line.includes('npm run trigger')) ?? 'false';
    const said = lines.join('\n');
    expect(said).toMatch(/suppressed\. Not sent: the invoice was paid on \w+/);
    const places = STORY.map((line) => said.search(line));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    const { stdout } = await promisify(exec)(command, { env: { PATH } });
    expect(stdout).toMatch(/^Sent customer\.created as evt_\w+ for acct_\w+\.$/m);
  } finally {
    demo.kill();
    await once(demo, 'exit');
    rmSync(`data/demo-${ports.PORT}`, { recursive: true });
  }
});
