/** A workflow that starts with what happens to contacts, made in Chromium. */
import { createContactProperty } from '../../audience/contact-properties';
import { createList } from '../../audience/mailing-lists';
import { transact } from '../../db/transact';
import { createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { isDrawn, onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
const chrome = onConsole(async (started) => {
  tillpost = started;
  await tillpost.enable();
  await transact(tillpost.db, async (trx) => {
    await createContactProperty(trx, TEST, { name: 'team_size', type: 'number' }, 1);
    await createList(trx, TEST, { name: 'Product news', is_public: true }, 1);
  });
});

it.each(['wide and light', 'a phone, dark'])(
  'is told which fields change, and which list is joined, %s',
  async (look) => {
    const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, 1);
    const page = await chrome.signIn(LOOKS[look]);
    await page.goto(`/workflows/${id}`);
    await page.getByLabel('Comes from').selectOption({ label: 'Contacts' });
    const trigger = page.getByRole('group', { name: 'Trigger' });
    await trigger.getByLabel('Event', { exact: true }).selectOption({ label: 'Contact updated' });
    await page.getByText('This can’t be rehearsed').waitFor();
    expect(await page.getByRole('button', { name: 'Rehearse' }).count()).toBe(0);
    const add = trigger.getByRole('button', { name: 'Add condition' });
    await isDrawn(page);
    await add.click();
    const first = trigger.getByRole('group', { name: 'Condition 1' });
    const second = trigger.getByRole('group', { name: 'Condition 2' });
    await isDrawn(page);
    await first.getByLabel('Property').selectOption({ label: 'Earlier subscription status' });
    await isDrawn(page);
    await first.getByLabel('Comparison').selectOption({ label: 'is' });
    await isDrawn(page);
    await first.getByLabel('Value').selectOption({ label: 'Trialing' });
    await isDrawn(page);
    await add.click();
    await isDrawn(page);
    await second.getByLabel('Property').selectOption({ label: 'New team_size' });
    await isDrawn(page);
    await second.getByLabel('Comparison').selectOption({ label: 'is at least' });
    await isDrawn(page);
    await second.getByLabel('Value').fill('5');
    await isDrawn(page);
    expect(await widthBeyond(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.getByText('Merge tag').first().click();
    await page.getByRole('button', { name: /event\.was\["properties\.team_size"\]/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByText('Workflow saved').waitFor();
    await page.goto(`/workflows/${id}/flow`);
    await page.getByText('Earlier subscription status is trialing').waitFor();
    await page.getByText('New “team_size” is at least 5').waitFor();

    await page.goto(`/workflows/${id}`);
    await trigger.getByRole('button', { name: 'Remove condition 2' }).click();
    await second.waitFor({ state: 'detached' });
    await isDrawn(page);
    await trigger.getByRole('button', { name: 'Remove condition 1' }).click();
    await first.waitFor({ state: 'detached' });
    await isDrawn(page);
    await trigger.getByLabel('Event', { exact: true }).selectOption({ label: 'Mailing list joined' });
    await page.getByText('Comes when a contact joins a mailing list').waitFor();
    await isDrawn(page);
    await add.click();
    await first.getByLabel('Value').selectOption({ label: 'Product news' });
    await isDrawn(page);
    expect(await widthBeyond(page)).toBe(0);
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByText('Workflow saved').waitFor();
    await page.goto(`/workflows/${id}/flow`);
    await page.getByText('List is Product news').waitFor();
  },
);
