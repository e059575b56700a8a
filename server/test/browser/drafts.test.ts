/** A workflow that runs, edited in Chromium: a draft, what it changes, and the way back from a removed step. */
import type { Page } from 'playwright-core';
import type { Step } from '../../../shared/workflow';
import { defaultSettings } from '../../../shared/settings';
import { saveSettings } from '../../settings/settings';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { readWorkflow } from '../../workflows/read-workflows';
import { TEST, type Tillpost } from '../harness';
import { comesTo, isDrawn, onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
const chrome = onConsole((started) => void (tillpost = started));
beforeEach(() => tillpost.enable());

async function published(template = 'payment_failed'): Promise<string> {
  const { id } = await createWorkflow(tillpost.db, TEST, { template }, tillpost.clock.now());
  await activateWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
  return id;
}
const kinds = async (id: string) =>
  (await readWorkflow(tillpost.db, TEST, id))?.definition.steps.map(({ kind }: Step) => kind);
const step = (page: Page, name: string) => page.getByRole('group', { name, exact: true });
const focusedName = (page: Page) =>
  page.evaluate<string>(
    `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()`,
  );

/** Nothing beyond the page, and nothing that axe calls serious. */
async function isSound(page: Page): Promise<void> {
  expect(await widthBeyond(page)).toBe(0);
  expect(await violations(page)).toEqual([]);
}

it.each(['wide and light', 'a phone, dark'])('changes wait, are shown and published, %s', async (look) => {
  const id = await published();
  const page = await chrome.signIn(LOOKS[look]);
  await page.goto(`/workflows/${id}`);
  const subject = step(page, 'Step 1: Send email').getByLabel('Subject');
  const before = await subject.inputValue();
  await subject.fill('Your card was declined');
  await page.getByRole('button', { name: 'Save draft' }).last().click();
  await page.getByText('Draft saved. Runs follow the published version').waitFor();
  const waiting = page.getByRole('region', { name: 'Unpublished changes' });
  await waiting.getByText('Show 1 change').click();
  expect(await waiting.locator('del').textContent()).toBe(before);
  expect(await waiting.locator('ins').textContent()).toBe('Your card was declined');
  await isSound(page);

  await waiting.getByText('Discard changes…').click();
  await isSound(page);
  await waiting.getByRole('button', { name: 'Discard changes' }).click();
  await page.getByText('Changes discarded.').waitFor();
  expect(await subject.inputValue()).toBe(before);

  await subject.fill('Your card was declined');
  await page.getByRole('button', { name: 'Save draft' }).last().click();
  await waiting.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Published. New runs follow it').waitFor();
  expect(await waiting.count()).toBe(0);
  await page.reload();
  expect(await subject.inputValue()).toBe('Your card was declined');
});

it('a step is removed, put back, and another put between, with the keyboard', async () => {
  const id = await published();
  const before = await kinds(id);
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}`);
  await page.getByRole('button', { name: 'Remove step 2, Wait' }).press('Enter');
  await page.getByText('Step removed: Wait').waitFor();
  await comesTo(() => focusedName(page), 'Undo');
  await isSound(page);
  await page.keyboard.press('Enter');
  await step(page, 'Step 2: Wait').waitFor();
  await comesTo(() => focusedName(page), 'Step 2: Wait');
  expect(await page.getByText('Step removed').count()).toBe(0);

  await page.getByLabel('Insert a step before step 2').press('Enter');
  const menu = page.getByRole('group', { name: 'Insert before step 2' });
  await menu.waitFor();
  await isSound(page);
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'hidden' });
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await comesTo(() => focusedName(page), 'Send email');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await step(page, 'Step 3: Wait').waitFor();
  await comesTo(() => focusedName(page), 'Step 2: Wait');
  await page.getByRole('button', { name: 'Publish' }).last().press('Enter');
  await page.getByText('Published.').waitFor();
  expect(await kinds(id)).toEqual([before?.[0], 'wait', ...before!.slice(1)]);
});

it.each(['wide and light', 'a phone, dark'])(
  'steps fold, and open where something in them is wrong, %s',
  async (look) => {
    const id = await published();
    const page = await chrome.signIn(LOOKS[look]);
    // That changes would be lost by a reload.
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`/workflows/${id}`);
    const first = step(page, 'Step 1: Send email');
    await first.getByRole('heading', { name: 'Send email' }).click();
    await first.getByLabel('Subject').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Move down step 2, Wait' }).click();
    await step(page, 'Step 3: Wait').waitFor();
    await comesTo(() => first.getByLabel('Subject').isVisible(), false);
    await isDrawn(page);
    await page.reload();
    await first.waitFor();
    await comesTo(() => first.getByLabel('Subject').isVisible(), false);
    await page.getByRole('button', { name: 'Collapse or expand all steps' }).click();
    await comesTo(() => step(page, 'Step 2: Wait').getByLabel('For').isVisible(), false);
    await isSound(page);
    await page.getByRole('button', { name: 'Collapse or expand all steps' }).click();
    await step(page, 'Step 2: Wait').getByLabel('For').fill('99999');
    await step(page, 'Step 2: Wait').getByRole('heading', { name: 'Wait' }).click();
    await page.getByRole('button', { name: 'Publish' }).last().click();
    await page.getByText('Not published yet').waitFor();
    await page.getByRole('link', { name: 'Wait of step 2 must be at most 365 days' }).click();
    expect(await step(page, 'Step 2: Wait').getByLabel('For').inputValue()).toBe('99999');
    await isSound(page);
  },
);

it.each(['wide and dark', 'a phone, light'])(
  'an event that is off is turned on from the workflow, %s',
  async (look) => {
    await saveSettings(tillpost.db, TEST, defaultSettings(), tillpost.clock.now());
    const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
    const page = await chrome.signIn(LOOKS[look]);
    await page.goto(`/workflows/${id}`);
    await page.getByRole('button', { name: 'Save and activate' }).click();
    await page.getByText('Active, but it won’t start').waitFor();
    expect(await page.locator('.banner-good').count()).toBe(0);
    await isSound(page);
    await page.getByLabel('Name', { exact: true }).fill('Half written');
    await page.getByRole('button', { name: 'Turn on this event' }).click();
    await page.getByText('Event turned on.').waitFor();
    expect(await page.getByText('Active, but it won’t start').count()).toBe(0);
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half written');
  },
);

it('all of it goes without a script', async () => {
  const id = await published();
  const page = await chrome.signIn({ javaScriptEnabled: false });
  await page.goto(`/workflows/${id}`);
  await page.getByRole('button', { name: 'Remove step 2, Wait' }).click();
  await page.getByText('Step removed: Wait').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await step(page, 'Step 2: Wait').waitFor();
  await page.getByLabel('Insert a step before step 2').click();
  await page.getByRole('group', { name: 'Insert before step 2' }).getByRole('button', { name: 'End here' }).click();
  await step(page, 'Step 2: End here').waitFor();
  await page.getByRole('button', { name: 'Save draft' }).last().click();
  const waiting = page.getByRole('region', { name: 'Unpublished changes' });
  await waiting.getByText('Show 1 change').click();
  await waiting.getByText('Step 2: End here').waitFor();
  await waiting.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Published.').waitFor();
});
