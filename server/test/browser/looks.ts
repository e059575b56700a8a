/** Pages wide and on a phone, light and dark, and what is measured of them. */
import { readFileSync } from 'node:fs';
import type { BrowserContextOptions, Page } from 'playwright-core';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const LOOKS: Record<string, BrowserContextOptions> = {
  'wide and light': { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
  'wide and dark': { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
  'a phone, light': { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true },
  'a phone, dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true },
};

/** How far something reaches beyond the page, or beyond a table's frame, which would cut it off. */
export const widthBeyond = (page: Page): Promise<number> =>
  page.evaluate(
    `Math.max(...[...document.querySelectorAll('html, .table-frame')].map((one) => one.scrollWidth - one.clientWidth))`,
  );

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

/** What axe calls serious or critical, with the first element. */
export async function violations(page: Page): Promise<string[]> {
  // Through the debugger's protocol: the page's own policy allows no script but ours.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AXE });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'], iframes: false }).then(({ violations }) => JSON.stringify(violations))`,
    awaitPromise: true,
  });
  return (JSON.parse(String(result.value)) as Violation[])
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}
