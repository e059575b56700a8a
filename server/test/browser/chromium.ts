import { execFileSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

/** The browser of CHROMIUM_PATH, a path or a name on the PATH. */
export function openChromium(): Promise<Browser> {
  const named = process.env.CHROMIUM_PATH ?? 'chromium';
  const executablePath = named.includes('/') ? named : execFileSync('which', [named], { encoding: 'utf8' }).trim();
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
}
