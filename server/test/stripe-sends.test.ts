/** The emails that Stripe sends by itself, as the merchant says, and the workflows that would say the same twice. */
import { findDouble, STRIPE_SENDS } from '../../shared/stripe-sends';
import { openSession } from '../installs/sessions';
import { defineFromTemplate } from '../workflows/templates';
import { createBrowserClient, fieldsOf } from './browser-client';
import { ENGINES } from './databases';
import { lending, TEST } from './harness';

const withTillpost = lending((tillpost) => tillpost.connect());

describe.each(ENGINES)('on %s', (engine) => {
  it('a workflow is marked in the list and the editor for as long as Stripe says the same, and goes on all the same', () =>
    withTillpost({ engine }, async (tillpost) => {
      const client = createBrowserClient(tillpost.url);
      const session = await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined });
      client.jar.set('tillpost_session', session);
      const page = async (path: string) => (await client.get(path)).text();
      const choose = async (changed: Record<string, string>) => {
        const { 'stripe_sends.failed_payment': _before, ...fields } = fieldsOf(await page('/settings/sending'));
        const csrf_token = await client.csrfToken();
        expect((await client.post('/settings/sending', { ...fields, csrf_token, ...changed })).status).toBe(303);
        return (await tillpost.call('settings/read')).stripe_sends;
      };
      const { id } = await tillpost.call('workflows/create', { template: 'payment_failed' });
      expect(await page('/workflows')).not.toContain('Also sent by Stripe');

      expect(await choose({ 'stripe_sends.failed_payment': 'on' })).toEqual(['failed_payment']);
      for (const path of ['/workflows', `/workflows/${id}`]) {
        expect(await page(path)).toContain('Also sent by Stripe');
        expect(await page(path)).toContain('Turn off “Send emails when card payments fail” in Stripe');
      }
      expect(await tillpost.call('workflows/activate', { id })).toMatchObject({ status: 'active' });

      expect(await choose({})).toEqual([]);
      for (const path of ['/workflows', `/workflows/${id}`])
        expect(await page(path)).not.toContain('Also sent by Stripe');
    }));

  it('settings refuse an email that Stripe doesn’t send and a key that metadata can’t have, naming the field', () =>
    withTillpost({ engine }, async ({ call }) => {
      for (const [settings, param] of [
        [{ stripe_sends: ['receipt', 'spam'] }, 'settings.stripe_sends.1'],
        [{ billing_email_key: 'a[b]' }, 'settings.billing_email_key'],
        [{ billing_email_key: 'x'.repeat(41) }, 'settings.billing_email_key'],
      ] as const)
        expect(await call('settings/save', { settings } as never)).toMatchObject({
          status_code: 400,
          error: { param },
        });
      const settings = { stripe_sends: ['refund', 'receipt', 'refund'], billing_email_key: ' ' };
      const saved = await call('settings/save', { settings } as never);
      expect(saved).toMatchObject({ stripe_sends: ['receipt', 'refund'], billing_email_key: null });
    }));
});

it('a workflow without an email says nothing twice, one within a branch does', () => {
  const { trigger, steps } = defineFromTemplate('payment_failed');
  expect(findDouble({ trigger, steps }, STRIPE_SENDS)).toBe('failed_payment');
  expect(findDouble({ trigger, steps }, ['receipt'])).toBeUndefined();
  const others = steps.filter(({ kind }) => kind !== 'email');
  expect(findDouble({ trigger, steps: [] }, STRIPE_SENDS)).toBeUndefined();
  const branch = { id: 'b', kind: 'branch' as const, paths: [], else: steps };
  expect(findDouble({ trigger, steps: [branch] }, STRIPE_SENDS)).toBe('failed_payment');
  expect(others.length).toBeLessThan(steps.length);
});
