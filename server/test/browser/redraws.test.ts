/** The workflow editor on a slow connection: what is done while the server draws it anew is in what comes. */
import type { Page } from 'playwright-core';
import { stepsOf } from '../../../shared/workflow';
import { createWorkflow } from '../../workflows/workflows';
import { readWorkflow } from '../../workflows/read-workflows';
import { TEST, type Tillpost } from '../harness';
import { isDrawn, isSettled, onConsole } from './rig';

let tillpost: Tillpost;
const chrome = onConsole(async (started) => {
  tillpost = started;
  await started.enable();
});

async function open(template: string): Promise<{ id: string; page: Page }> {
  const { id } = await createWorkflow(tillpost.db, TEST, { template }, tillpost.clock.now());
  const page = await chrome.signIn();
  // That changes would be lost when the test ends.
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`/workflows/${id}`);
  return { id, page };
}

/** Does the first, whose answer is made at once and comes when all of the rest was done. */
async function meanwhile(page: Page, first: () => Promise<unknown>, rest: () => Promise<unknown>): Promise<void> {
  let arrive!: () => void;
  const arrives = new Promise<void>((resolve) => (arrive = resolve));
  const asked = page.waitForRequest('**/edit');
  await page.route(
    '**/edit',
    async (route) => {
      const response = await route.fetch();
      await arrives;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await first();
  await asked;
  await rest();
  arrive();
  await isDrawn(page);
}

const group = (page: Page, name: string) => page.getByRole('group', { name, exact: true });
const condition = (page: Page, number: number) =>
  group(page, 'Trigger').getByRole('group', { name: `Condition ${number}` });
async function addCondition(page: Page, number: number, property: string): Promise<void> {
  await group(page, 'Trigger').getByRole('button', { name: 'Add condition' }).click();
  await condition(page, number).getByLabel('Property').selectOption(property);
  await isDrawn(page);
}
const definitionOf = async (id: string) => {
  const workflow = await readWorkflow(tillpost.db, TEST, id);
  return workflow!.definition;
};
const save = async (page: Page) => {
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('Workflow saved.').waitFor();
};

it('what is typed stays, with the cursor where it was', async () => {
  const { page } = await open('new_customer');
  await addCondition(page, 1, 'contact.plan');
  const value = condition(page, 1).getByLabel('Value');
  await condition(page, 1).getByLabel('Comparison').selectOption('is');
  await isDrawn(page);
  await meanwhile(
    page,
    () => condition(page, 1).getByLabel('Comparison').selectOption('is_not'),
    async () => {
      await page.getByLabel('Name', { exact: true }).fill('Ours');
      await value.fill('Pr');
      await value.press('ArrowLeft');
    },
  );
  await page.keyboard.type('x');
  expect(await value.inputValue()).toBe('Pxr');
  expect(await condition(page, 1).getByLabel('Comparison').inputValue()).toBe('is_not');
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Ours');
  await page.getByText('You have changes that are not saved.').waitFor();
});

it('a value stays where its new property can have it, and else is gone as the old one is', async () => {
  const { page } = await open('new_customer');
  await addCondition(page, 1, 'contact.plan');
  const property = condition(page, 1).getByLabel('Property');
  const value = condition(page, 1).getByLabel('Value');
  await condition(page, 1).getByLabel('Comparison').selectOption('is');
  await isDrawn(page);
  await value.fill('Pro');
  await meanwhile(
    page,
    () => property.selectOption('contact.first_name'),
    () => page.getByLabel('Name', { exact: true }).fill('Ours'),
  );
  expect(await value.inputValue()).toBe('');
  await meanwhile(
    page,
    () => property.selectOption('contact.mrr'),
    () => value.fill('Pro'),
  );
  expect(await value.inputValue()).toBe('');
  await property.selectOption('contact.plan');
  await isDrawn(page);
  await meanwhile(
    page,
    () => property.selectOption('contact.mrr'),
    () => value.fill('2000'),
  );
  expect(await value.inputValue()).toBe('2000');
});

it('choices, presses and Save are done in their order, each with all that came before it', async () => {
  const { id, page } = await open('payment_failed');
  const steps = (await definitionOf(id)).steps;
  const exit = group(page, 'Exit event 1');
  await meanwhile(
    page,
    () => page.getByRole('button', { name: 'Remove step 2, Wait' }).click(),
    async () => {
      await exit.getByLabel('Event', { exact: true }).selectOption('quote.accepted');
      await page.getByRole('button', { name: 'Add exit event' }).click();
      await page.getByRole('button', { name: 'Remove step 4, Wait' }).click();
      await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    },
  );
  await page.getByText('Workflow saved.').waitFor();
  const saved = await definitionOf(id);
  expect(saved.exit_events.map(({ event }) => event)).toEqual(['quote.accepted', 'invoice.paid']);
  expect(saved.steps.map((step) => step.id)).toEqual([steps[0], steps[2], steps[4]].map((step) => step?.id));
});

it('what is written moves with its step, in each of its fields', async () => {
  const { id, page } = await open('payment_failed');
  const email = group(page, 'Step 5: Send email');
  const body = group(page, 'Step 4: Send email').getByRole('textbox', { name: 'Body' });
  const ids = (await definitionOf(id)).steps.map((step) => step.id);
  await email.getByRole('textbox', { name: 'Body' }).getByText('last reminder').first().waitFor();
  await meanwhile(
    page,
    () => page.getByRole('button', { name: 'Move up step 5, Send email' }).click(),
    async () => {
      await email.getByLabel('Subject').fill('At last');
      await email.getByLabel('Send a test to').fill('me@example.com');
      await email.getByLabel('Kind').selectOption('marketing');
      await email.getByText('Plain text', { exact: true }).click();
      await email.getByRole('textbox', { name: 'Body' }).focus();
      await isSettled(page);
      await page.keyboard.press('Control+End');
      await page.keyboard.type('Yours, ');
    },
  );
  await page.keyboard.type('Ann');
  await body.getByText('Yours, Ann').waitFor();
  expect(await group(page, 'Step 4: Send email').getByLabel('Send a test to').inputValue()).toBe('me@example.com');
  expect(await group(page, 'Step 4: Send email').getByLabel('Plain text', { exact: true }).isChecked()).toBe(true);
  await save(page);
  const { steps } = await definitionOf(id);
  expect(steps.map((step) => step.id)).toEqual([...ids.slice(0, 3), ids[4], ids[3]]);
  const emails = stepsOf({ steps }).flatMap(({ step }) => (step.kind === 'email' ? [step.email] : []));
  expect(emails.map(({ subject, kind }) => (subject === 'At last' ? kind : ''))).toEqual(['', '', 'marketing']);
  expect(emails[2]?.body.trim()).toMatch(/Yours, Ann$/);
});

it('what is written into a step that is removed comes back with it, and of conditions each keeps its own', async () => {
  const { page } = await open('new_customer');
  const subject = group(page, 'Step 1: Send email').getByLabel('Subject');
  await meanwhile(
    page,
    () => page.getByRole('button', { name: 'Remove step 1, Send email' }).click(),
    () => subject.fill('Kept'),
  );
  await page.getByRole('button', { name: 'Undo' }).click();
  await subject.waitFor();
  expect(await subject.inputValue()).toBe('Kept');

  for (const number of [1, 2]) {
    await addCondition(page, number, 'contact.plan');
    await condition(page, number).getByLabel('Comparison').selectOption('is');
    await isDrawn(page);
    await condition(page, number).getByLabel('Value').fill(`Plan ${number}`);
  }
  await meanwhile(
    page,
    () =>
      condition(page, 1)
        .getByRole('button', { name: /Remove/ })
        .click(),
    async () => {
      await condition(page, 1).getByLabel('Value').fill('Gone');
      await condition(page, 2).getByLabel('Value').fill('Second');
    },
  );
  expect(await condition(page, 2).count()).toBe(0);
  expect(await condition(page, 1).getByLabel('Value').inputValue()).toBe('Second');
});
