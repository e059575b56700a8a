/** The bar that saves a workflow stays at the foot of the window: it covers nothing that one is at. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { comesTo, isSettled, onConsole } from './rig';
import { LOOKS } from './looks';

let tillpost: Tillpost;
const chrome = onConsole(async (started) => {
  tillpost = started;
  await started.enable();
});

const PLACES: Record<string, BrowserContextOptions> = {
  wide: LOOKS['wide and light']!,
  'on a phone': LOOKS['a phone, light']!,
  'on a phone on its side': { viewport: { width: 740, height: 360 }, hasTouch: true },
};

async function open(place: string): Promise<Page> {
  const now = tillpost.clock.now();
  const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, now);
  await activateWorkflow(tillpost.db, TEST, id, now);
  const page = await chrome.signIn(PLACES[place]);
  await page.goto(`/workflows/${id}`);
  // The bar is highest while it says so.
  await page.getByLabel('Name', { exact: true }).fill('Welcome');
  await page.getByText('You have changes that are not saved.').waitFor();
  return page;
}

/** Where the bar or the window's edge cuts off what is at hand: `line` in an editor of emails. Null where it doesn't. */
const cutOff = (page: Page, one: 'document.activeElement' | `document.querySelector(':target')`) =>
  page.evaluate<string | null>(`(() => {
    const [one, bar] = [${one}, document.querySelector('.save-bar')];
    if (one === document.body || one.matches('iframe') || bar.contains(one)) return null;
    const caret = one.isContentEditable && getSelection().getRangeAt(0);
    const { startContainer: node, startOffset } = caret || {};
    const line = caret && (caret.getClientRects()[0] ?? (node.childNodes[startOffset] ?? node).getBoundingClientRect());
    const [at, over] = [line || one.getBoundingClientRect(), bar.getBoundingClientRect()];
    const isBeside = at.right < over.left || at.left > over.right || at.top >= over.bottom;
    if (isBeside || (at.bottom <= over.top && at.top >= 0)) return null;
    return (one.ariaLabel || one.id || one.textContent) + ': ' + at.top + ' to ' + at.bottom + ', the bar at ' + over.top;
  })()`);

/** Whatever has the focus is in sight, at the latest once the browser and the editor have scrolled. */
const isInSight = (page: Page, what: Parameters<typeof cutOff>[1] = 'document.activeElement') =>
  comesTo(() => cutOff(page, what), null);

it.each(Object.keys(PLACES))(
  'neither by Tab, nor while an email is written, nor where links lead to, %s',
  async (place) => {
    const page = await open(place);
    for (const key of ['Tab', 'Shift+Tab'])
      for (let presses = 0; presses < 75; presses++) {
        await page.keyboard.press(key);
        await isInSight(page);
      }

    const email = page.getByRole('group', { name: 'Step 1: Send email' });
    await email.getByRole('textbox', { name: 'Body' }).focus();
    await isSettled(page);
    await page.keyboard.press('Control+Home');
    for (const [key, times] of [
      ['ArrowDown', 12],
      ['Control+End', 1],
      ['Enter', 20],
      ['ArrowUp', 30],
    ] as const)
      for (let presses = 0; presses < times; presses++) {
        await page.keyboard.press(key);
        await isInSight(page);
      }

    await email.getByLabel('Subject').fill('');
    await page.getByLabel('Name', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Publish' }).last().click();
    const links = page.locator('.problem-list a');
    await links.first().waitFor();
    for (const link of await links.all()) {
      await link.click();
      await isInSight(page, `document.querySelector(':target')`);
    }
    await page.evaluate(`document.querySelector('form.is-dirty').classList.remove('is-dirty')`);
  },
);
