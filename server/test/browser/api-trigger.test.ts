/** A workflow that an event of a program starts, made in Chromium. */
import { createContactProperty } from '../../audience/contact-properties';
import { transact } from '../../db/transact';
import { createWorkflow } from '../../workflows/workflows';
import { learnApiEvent } from '../../workflows/api-event-names';
import { TEST, type Tillpost } from '../harness';
import { isDrawn, onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
const chrome = onConsole(async (started) => {
  tillpost = started;
  await tillpost.enable();
  const properties = { seats: 5, plan: 'Pro', isTrial: true, since: '2026-03-01' };
  await transact(tillpost.db, async (trx) => {
    await learnApiEvent(trx, TEST, { name: 'signup', properties }, 1);
    await createContactProperty(trx, TEST, { name: 'team_size', type: 'number' }, 1);
  });
});

it.each(['wide and light', 'a phone, dark'])('has its name chosen, and then its properties, %s', async (look) => {
  const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, 1);
  const page = await chrome.signIn(LOOKS[look]);
  await page.goto(`/workflows/${id}`);
  await page.getByLabel('Comes from').selectOption({ label: 'API' });
  const name = page.getByLabel('Event name');
  await name.fill('signup');
  await name.press('Tab');
  await page.getByText('What came with it is offered').waitFor();
  await page.getByRole('button', { name: 'Add condition' }).first().click();
  const condition = page.getByRole('group', { name: 'Condition 1' });
  await condition.getByLabel('Property').selectOption('event.seats');
  await condition.getByLabel('Comparison').selectOption({ label: 'is greater than' });
  await isDrawn(page);
  await condition.getByLabel('Value').fill('3');
  expect(await widthBeyond(page)).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('Workflow saved').waitFor();
  expect(await name.inputValue()).toBe('signup');
  await page.getByText('Merge tag').first().click();
  await page.getByRole('button', { name: /event\.since/ }).waitFor();
  await page.getByRole('button', { name: /contact\.properties\.team_size/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add condition' }).first().click();
  const another = page.getByRole('group', { name: 'Condition 2' });
  await another.getByLabel('Property').selectOption({ label: 'team_size' });
  await another.getByRole('option', { name: 'is at most' }).waitFor({ state: 'attached' });
  await another.getByLabel('Property').selectOption('event.');
  await isDrawn(page);
  await another.getByLabel('Name in your program').fill('coupon');
  await another.getByLabel('Name in your program').press('Tab');
  await another.getByLabel('Comparison').selectOption({ label: 'starts with' });
  await isDrawn(page);
  await another.getByLabel('Value').fill('SPRING');
  await page.getByRole('button', { name: 'Add exit event' }).click();
  const exit = page.getByRole('group', { name: 'Exit event 1' });
  await exit.getByLabel('Event', { exact: true }).selectOption({ label: 'An event by its name…' });
  await isDrawn(page);
  await exit.getByLabel('Event name').fill('bought');
  expect(await widthBeyond(page)).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('Workflow saved').waitFor();
  expect(await exit.getByLabel('Event name').inputValue()).toBe('bought');
  expect(await another.getByLabel('Name in your program').inputValue()).toBe('coupon');
});
