import type { Page } from 'playwright-core';

/** Presses Tab until what has the focus is called so, by its label, its own name or its text. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate<string>(
      `(document.activeElement.ariaLabel || (document.activeElement.labels?.[0] ?? document.activeElement).textContent) ?? ''`,
    );
    if (label.trim().startsWith(name)) return;
  }
  throw new Error(`${name} can not be reached with the Tab key`);
}
