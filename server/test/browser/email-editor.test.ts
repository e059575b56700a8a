/** Emails written by people who know no Markdown: the editor in Chromium, with the keyboard, and without a script. */
import type { Page } from 'playwright-core';
import { stepsOf } from '../../../shared/workflow';
import { createWorkflow } from '../../workflows/workflows';
import { readWorkflow } from '../../workflows/read-workflows';
import { TEST, type Tillpost } from '../harness';
import { comesTo, isDrawn, isSettled, onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
const chrome = onConsole((started) => void (tillpost = started));

const create = (template: string) => createWorkflow(tillpost.db, TEST, { template }, tillpost.clock.now());
async function bodyOf(id: string): Promise<string> {
  const workflow = await readWorkflow(tillpost.db, TEST, id);
  const [email] = workflow
    ? stepsOf(workflow.definition).flatMap(({ step }) => (step.kind === 'email' ? [step.email] : []))
    : [];
  return email?.body ?? '';
}
const stepIn = (page: Page) => page.getByRole('group', { name: 'Step 1: Send email' });
const save = async (page: Page) => {
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('Workflow saved.').waitFor();
};

const bodyIn = (page: Page) => stepIn(page).getByRole('textbox', { name: 'Body' });
const tool = (page: Page, name: string) => stepIn(page).getByRole('toolbar').getByRole('button', { name, exact: true });
const panel = (page: Page, name: string | RegExp) => stepIn(page).getByRole('group', { name, exact: true });
const mode = (page: Page, name: 'Email' | 'Markdown') => stepIn(page).getByRole('button', { name, exact: true });
const source = (page: Page) => stepIn(page).locator('textarea[data-email-body]');
const leaveUnsaved = (page: Page) =>
  page.evaluate(`document.querySelector('form.is-dirty').classList.remove('is-dirty')`);
const toPreview = (page: Page) => stepIn(page).locator('.preview-frame').scrollIntoViewIfNeeded();
const isDirty = (page: Page) => page.getByText('You have changes that are not saved.').isVisible();

it('a template is edited as an email, and stored as Markdown', async () => {
  const { id } = await create('payment_failed');
  const before = await bodyOf(id);
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}`);
  await bodyIn(page).getByText('Already paid?').waitFor();
  expect(await isDirty(page)).toBe(false);

  await bodyIn(page)
    .getByText('Already paid?')
    .click({ position: { x: 2, y: 10 } });
  await isSettled(page);
  await page.keyboard.press('Home');
  await page.keyboard.press('Control+Shift+ArrowRight');
  await tool(page, 'Bold').click();
  await comesTo(() => tool(page, 'Bold').getAttribute('aria-pressed'), 'true');
  await isSettled(page);
  // Where the cursor goes, nothing is bold.
  await comesTo(async () => {
    await page.evaluate(`getSelection().modify('move', 'forward', 'paragraphboundary')`);
    return tool(page, 'Bold').getAttribute('aria-pressed');
  }, 'false');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Dear ');
  await stepIn(page).getByText('Merge tag').click();
  await stepIn(page).getByRole('button', { name: '{{ contact.last_name }}' }).click();
  await bodyIn(page).getByText('Last name', { exact: true }).click();
  await panel(page, 'Last name · contact.last_name').getByLabel('Shown where it is missing').fill('customer');
  await page.keyboard.press('Enter');
  await isSettled(page);
  await comesTo(async () => {
    await page.keyboard.press('End');
    return bodyIn(page).locator('.ProseMirror-selectednode').count();
  }, 0);
  await tool(page, 'Button').click();
  await panel(page, 'Button').getByLabel('Words on the button').fill('See the invoice');
  await panel(page, 'Button').getByLabel('Leads to').fill('javascript:alert(1)');
  await page.keyboard.press('Enter');
  await panel(page, 'Button').getByText('Must begin with https://').waitFor();
  await panel(page, 'Button').getByLabel('Leads to').fill('{{ event.hosted_invoice_url }}');
  await page.keyboard.press('Enter');
  await isSettled(page);
  await page.keyboard.press('Enter');
  await tool(page, 'Condition').click();
  await panel(page, 'Condition').getByLabel('Property').selectOption('contact.plan');
  await panel(page, 'Condition').getByRole('button', { name: 'Insert' }).click();
  await isSettled(page);
  await page.keyboard.type('You are on a plan.');
  await stepIn(page).frameLocator('iframe:not([hidden])').getByText('You are on a plan.').waitFor();
  expect(await isDirty(page)).toBe(true);
  expect(await violations(page)).toEqual([]);

  await save(page);
  const after = before.replace(
    'Already paid? Then please ignore this email. If you need a hand, just reply.',
    `**Already** paid? Then please ignore this email. If you need a hand, just reply.

Dear {{ contact.last_name | default: "customer" }}

[See the invoice]({{ event.hosted_invoice_url }})

{% if contact.plan %}
You are on a plan.
{% endif %}`,
  );
  expect(await bodyOf(id)).toBe(after);
  await page.reload();
  await bodyIn(page).getByText('Only if Plan is set').waitFor();
  await mode(page, 'Markdown').click();
  expect(await source(page).inputValue()).toBe(after);
  await source(page).fill('# News\n\nHi {{ contact.first_name }}');
  await mode(page, 'Email').click();
  await bodyIn(page).getByRole('heading', { name: 'News' }).waitFor();
  await leaveUnsaved(page);
});

it('is written with the keyboard alone', async () => {
  const { id } = await create('new_customer');
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}`);
  await bodyIn(page).focus();
  await isSettled(page);
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Dear {{ contact.last_name }}');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.keyboard.type('friend');
  await page.keyboard.press('Enter');
  await isSettled(page);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  // Esc leads to the toolbar, arrows go along it.
  await page.keyboard.press('Escape');
  for (let presses = 0; presses < 3; presses++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await isSettled(page);
  await page.keyboard.type('one');
  await page.keyboard.press('Enter');
  await page.keyboard.type('two *stars*');
  expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('textbox');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+y');
  await save(page);
  expect((await bodyOf(id)).split('\n\n').slice(-2)).toEqual([
    'Dear {{ contact.last_name | default: "friend" }}',
    '- one\n- two *stars*\n',
  ]);
});

it('text that can’t be held opens as Markdown, unchanged, and says why', async () => {
  const { id } = await create('new_customer');
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}`);
  await mode(page, 'Markdown').click();
  await source(page).fill('Hi {{ contact.first_name');
  await mode(page, 'Email').click();
  await stepIn(page).getByText('isn’t closed').waitFor();
  expect(await source(page).inputValue()).toBe('Hi {{ contact.first_name');
  await source(page).fill('a\n\n| a | b |\n|---|---|\n| 1 | 2 |');
  await mode(page, 'Email').click();
  await bodyIn(page).getByText('Kept as it is written').waitFor();
  await bodyIn(page).getByText('a', { exact: true }).click();
  await isSettled(page);
  await page.keyboard.press('End');
  await page.keyboard.type('b');
  await comesTo(() => source(page).inputValue(), 'ab\n\n| a | b |\n|---|---|\n| 1 | 2 |');
  await leaveUnsaved(page);
});

it('survives that the page around it is replaced', async () => {
  const { id } = await create('new_customer');
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}`);
  await bodyIn(page)
    .getByText('Welcome aboard')
    .click({ position: { x: 2, y: 10 } });
  await isSettled(page);
  await page.keyboard.press('Home');
  await page.keyboard.type('Again: ');
  await page.getByRole('group', { name: 'Add a step' }).last().getByRole('button', { name: 'Wait' }).click();
  await page.getByRole('group', { name: 'Step 2: Wait' }).waitFor();
  await bodyIn(page).getByText('Again: Welcome aboard').waitFor();
  await isDrawn(page);
  await comesTo(() => stepIn(page).getByRole('toolbar').count(), 1);
  await save(page);
  expect(await bodyOf(id)).toContain('\n\nAgain: Welcome aboard,\n');
});

it('a test is sent by the Enter key, answered beside its button, and nothing else moves', async () => {
  const { id } = await create('new_customer');
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}`);
  const to = stepIn(page).getByLabel('Send a test to');
  await to.fill('not an address');
  await page.keyboard.press('Enter');
  await stepIn(page).getByRole('status').getByText('This address').waitFor();
  await to.fill('me@example.com');
  const scroll = await page.evaluate('scrollY');
  await page.keyboard.press('Enter');
  await stepIn(page).getByText('The test to me@example.com is on its way.').waitFor();
  expect(await page.evaluate('document.activeElement.type')).toBe('email');
  expect(await page.evaluate('scrollY')).toBe(scroll);
  expect(await isDirty(page)).toBe(false);
  expect(page.url()).toMatch(new RegExp(`/workflows/${id}$`));
  const emails = await tillpost.db.selectFrom('email').select('to_address').where('is_test', '=', 1).execute();
  expect(emails).toEqual([{ to_address: 'me@example.com' }]);
});

interface Styles {
  getComputedStyle(element: unknown): { backgroundColor: string };
}

it('the preview begins as a line of an inbox, and shows the mail in both colours', async () => {
  const { id } = await create('new_customer');
  const page = await chrome.signIn({ colorScheme: 'dark' });
  await page.goto(`/workflows/${id}`);
  await toPreview(page);
  const frame = stepIn(page).frameLocator('iframe:not([hidden])');
  await frame.locator('.card').waitFor();
  expect(await frame.locator('body').innerText()).toMatch(
    /^.+\n+Welcome, Jenny!\n+It’s good to have you with us\. Here/,
  );
  const paper = () =>
    frame.locator('.card').evaluate((card) => (globalThis as unknown as Styles).getComputedStyle(card).backgroundColor);
  expect(await paper()).toBe('rgb(255, 255, 255)');
  await stepIn(page).getByText('Dark', { exact: true }).click();
  await comesTo(paper, 'rgb(27, 30, 37)');
});

it('comes with less than 200 kB, to pages that need it only', async () => {
  const { id } = await create('payment_failed');
  const page = await chrome.signIn();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(`/workflows/${id}`);
  await bodyIn(page).waitFor();
  if (process.env.SHOTS) console.log(bytes);
  await comesTo(() => Promise.resolve(bytes > 100_000), true);
  expect(bytes).toBeLessThan(200_000);
  await page.goto('/workflows');
  expect(await page.locator('script[src*="email-editor"]').count()).toBe(0);
});

it('without a script the text field is there, and what it holds is saved', async () => {
  const { id } = await create('new_customer');
  const page = await chrome.signIn({ javaScriptEnabled: false });
  await page.goto(`/workflows/${id}`);
  await stepIn(page).getByLabel('Body').fill('Hi **you**');
  await page.getByText('Merge tag', { exact: true }).click();
  await page.getByText('{{ contact.email }}').waitFor();
  await save(page);
  expect(await bodyOf(id)).toBe('Hi **you**');
});

it.each(Object.entries(LOOKS))('fits and can be read, %s', async (_look, options) => {
  const { id } = await create('payment_failed');
  const page = await chrome.signIn(options);
  await page.goto(`/workflows/${id}`);
  await toPreview(page);
  await stepIn(page).frameLocator('iframe:not([hidden])').locator('.card').waitFor();
  await bodyIn(page).getByText('First name').click();
  if (process.env.SHOTS) {
    await page.setViewportSize({ width: page.viewportSize()?.width ?? 0, height: 3400 });
    await stepIn(page).screenshot({ path: `${process.env.SHOTS}/${_look.replaceAll(/\W+/g, '-')}.png` });
  }
  expect(await violations(page)).toEqual([]);
  expect(await widthBeyond(page)).toBeLessThanOrEqual(0);
});
