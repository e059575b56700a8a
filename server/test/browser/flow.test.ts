/** A workflow as a picture in Chromium: its numbers, who is where, a dry run and a start by hand, and the list's switches. */
import type { Page } from 'playwright-core';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { BRANCHING } from '../branching';
import { fillResults } from '../fill-results';
import { ACCOUNT, TEST, type Tillpost } from '../harness';
import { comesTo, isDrawn, onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
let id: string;
const chrome = onConsole(async (started) => {
  tillpost = started;
  await tillpost.enable();
  const { db, clock } = tillpost;
  id = (await createWorkflow(db, TEST, { definition: BRANCHING }, clock.now())).id;
  await happens('early@example.com');
  await activateWorkflow(db, TEST, id, clock.now());
  await fillResults(db, TEST, { workflow: id, runs: 300, now: clock.now() });
  for (const name of ['ann', 'ben']) await happens(`${name}@example.com`);
});

async function happens(email: string): Promise<void> {
  await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT, email, name: 'Jenny Rosen' });
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
}

/** Nothing beyond the page, and nothing that axe calls serious. */
async function isSound(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
  expect([name, await widthBeyond(page)]).toEqual([name, 0]);
  expect([name, await violations(page)]).toEqual([name, []]);
}

it.each(Object.keys(LOOKS))('is drawn, and shows who is where, %s', async (look) => {
  const page = await chrome.signIn(LOOKS[look]);
  const shot = (name: string) => isSound(page, `${name} ${look}`);
  await page.goto('/workflows');
  await shot('list');
  await page.getByRole('link', { name: 'Branching' }).click();
  const wait = page.getByRole('article', { name: 'Wait: 1 day' });
  await wait.waitFor();
  await shot('flow');
  // A phone stacks what a wide screen has side by side.
  const topOf = async (name: string) => (await page.getByRole('list', { name, exact: true }).boundingBox())?.y ?? 0;
  const areStacked = (await topOf('Has a name')) - (await topOf('Gold')) > 50;
  expect(areStacked).toBe(look.startsWith('a phone'));
  await wait.getByRole('definition').getByRole('link').nth(1).click();
  await page.locator('#under-way [aria-current]').getByText('Wait 1 day').waitFor();
  await page.goto(`/workflows/${id}/try?search=early@example.com`);
  await shot('choice');
  await page.getByRole('link', { name: 'Dry run for early@example.com' }).click();
  await page.getByRole('heading', { name: 'Dry run for early@example.com' }).waitFor();
  await page.getByText('Show this email').last().click();
  await page.getByText('Start for early@example.com…').click();
  await shot('dry run');
});

it('starts, skips a wait, stops and switches with the keyboard', async () => {
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}/flow`);
  await page.getByRole('link', { name: 'Dry run or start…' }).press('Enter');
  await page.getByLabel('Contact or event').fill('early@example.com');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Dry run for early@example.com' }).press('Enter');
  await page.getByText('Took the path Has a name').waitFor();
  await page.getByText('Start for early@example.com…').press('Enter');
  await page.getByRole('button', { name: 'Start run' }).press('Enter');
  await page.getByText('Run started.').waitFor();
  await tillpost.worker.drain();

  await page.goto(`/workflows/${id}/flow`);
  await page.getByRole('button', { name: 'Skip the wait of early@example.com' }).press('Enter');
  await page.getByText('The wait is over').waitFor();
  await tillpost.worker.drain();
  // The list follows by itself.
  const underWay = page.getByRole('region', { name: 'Under way' });
  await underWay.getByRole('link', { name: 'early@example.com' }).waitFor({ state: 'detached' });
  await page.getByText('Stop… the run of ann@example.com').press('Enter');
  await page.getByRole('button', { name: 'Stop run' }).press('Enter');
  await page.getByText('Run stopped.').waitFor();
  expect(await underWay.getByRole('link', { name: 'ann@example.com' }).count()).toBe(0);

  await page.goto('/workflows');
  const active = page.getByRole('switch', { name: 'Branching' });
  await active.press('Space');
  await page.getByText('Workflow paused.').waitFor();
  await comesTo(() => active.getAttribute('aria-checked'), 'false');
  await isDrawn(page);
  await active.press('Enter');
  await page.getByText('Workflow active.').waitFor();
  await page.getByLabel('Name').fill('nothing of the kind');
  await page.getByText('No workflow matches').waitFor();
});

it.each(['wide and light', 'a phone, dark'])('the list says what keeps workflows from starting, %s', async (look) => {
  const { db, clock } = tillpost;
  const is = (value: string) => ({ property: 'contact.plan', operator: 'is', value }) as const;
  const trigger = { ...BRANCHING.trigger, conditions: [is('a'), is('b')] };
  await createWorkflow(db, TEST, { definition: { ...BRANCHING, name: `Faulty ${look}`, trigger } }, clock.now());
  const unheard = { event: 'quote.accepted', conditions: [], frequency: 'every_time' } as const;
  const off = { ...BRANCHING, name: `Unheard ${look}`, trigger: unheard };
  await activateWorkflow(db, TEST, (await createWorkflow(db, TEST, { definition: off }, clock.now())).id, clock.now());
  await tillpost.enable({ 'quote.accepted': { enabled: false } });
  const page = await chrome.signIn(LOOKS[look]);
  await page.goto('/workflows');
  await page.getByRole('switch', { name: `Faulty ${look}` }).click();
  await page.getByText('Not activated yet').waitFor();
  await page.getByRole('link', { name: 'Turn on this event' }).first().waitFor();
  await isSound(page, `refused ${look}`);
  await page.goto(`/workflows/${id}/try?search=ann@example.com`);
  await page.getByRole('link', { name: 'Dry run for ann@example.com' }).click();
  await page.getByText('Start for ann@example.com…').click();
  await page.getByLabel('Start it once more all the same').waitFor();
  await isSound(page, `again ${look}`);
});

it('the draft is drawn beside its form, in step with it, where there is room', async () => {
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}`);
  const picture = page.getByRole('complementary', { name: 'This draft as a picture' });
  await picture.getByRole('article', { name: 'Wait: 1 day' }).waitFor();
  await page.locator('#steps-1-amount').fill('9');
  await page.getByLabel('Name', { exact: true }).first().click();
  await picture.getByRole('article', { name: 'Wait: 9 days' }).waitFor();
  await page
    .getByRole('group', { name: 'Add a step' })
    .last()
    .getByRole('button', { name: 'Send email' })
    .press('Enter');
  const email = picture.getByRole('link', { name: 'No subject yet' });
  await email.waitFor();
  const added = page.getByRole('group', { name: /^Step \d+: Send email$/ }).last();
  await added.getByLabel('Subject').fill('{% if contact.name %}Hi{% else %}Welcome{% endif %}');
  // Where somebody writes nothing moves.
  await added.getByLabel('Preview text').focus();
  await picture.getByRole('link', { name: 'Welcome' }).waitFor();
  expect(await added.locator(':focus').getAttribute('name')).toMatch(/preview_text$/);
  await picture.getByRole('link', { name: 'Welcome' }).press('Enter');
  expect(new URL(page.url()).hash).toBe(`#${await added.getAttribute('id')}`);
  await isSound(page, 'editor with its picture');
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await picture.isVisible()).toBe(false);
});
