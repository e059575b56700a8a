/** Forwarding to Loops set up, watched and mended in Chromium. */
import { fixtureEvent } from '../fixtures/stripe';
import { ACCOUNT, type Tillpost } from '../harness';
import { startRecordingLoops, type RecordingLoops } from '../recording-loops';
import { lookUntil, onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let loops: RecordingLoops;
beforeAll(async () => {
  loops = await startRecordingLoops();
});
afterAll(() => loops.close());

describe.each(['wide and light', 'a phone, dark'])('%s', (look) => {
  let tillpost: Tillpost;
  const chrome = onConsole(
    async (started) => {
      tillpost = started;
      await tillpost.enable();
    },
    () => Promise.resolve({ env: { LOOPS_API_BASE: loops.url }, runsWorker: true }),
  );

  const customer = (n: number, email = `jenny${n}@example.com`) =>
    tillpost.deliver(
      fixtureEvent('customer.created', { account: ACCOUNT, object: { id: `cus_${n}`, email, name: 'Jenny Rosen' } }),
    );

  it('is set up, refused, and goes on by another key', async () => {
    const page = await chrome.signIn(LOOKS[look]);
    const isSound = async () => {
      expect(await widthBeyond(page)).toBe(0);
      expect(await violations(page)).toEqual([]);
    };
    await page.goto('/settings/forwarding');
    await isSound();
    await page.getByLabel('API key of Loops').fill('loops_key_1');
    await page.getByText('Invoices', { exact: true }).first().click();
    await page.getByRole('checkbox', { name: /^Invoice paid/ }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    // The loop tries the key, and the page follows.
    await page.getByText('of Rocket Rides').waitFor();
    await customer(1);
    const outcome = page.getByRole('row', { name: /Contact.*jenny1@example\.com/ });
    await lookUntil(page, () => outcome.getByText('Saved in Loops').first().isVisible());
    await isSound();

    loops.answerAll({ status: 401, body: { error: 'Invalid API key' } });
    await customer(2);
    await lookUntil(page, () => page.getByRole('alert').getByText('Loops refuses the key').first().isVisible());
    await isSound();
    await page.goto('/');
    await page.getByText('Loops refuses the key: nothing is forwarded.').waitFor();
    await page.getByRole('link', { name: 'Save another' }).click();

    loops.answerAll(undefined);
    await page.getByLabel('API key of Loops').fill('loops_key_2');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByText('of Rocket Rides').waitFor();
    expect(await page.getByRole('checkbox', { name: /^Invoice paid/, includeHidden: true }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Forward everyone now' }).click();
    await lookUntil(page, () => page.getByText('2 contacts,').first().isVisible());
    await page.getByRole('link', { name: 'Waiting' }).click();
    await page.getByText('Nothing is in this state.').waitFor();
  });
});
