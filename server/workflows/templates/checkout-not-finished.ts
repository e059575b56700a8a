import { marketing, type Template } from './template';

export const checkoutNotFinished: Template = () => ({
  trigger: {
    event: 'checkout.session.expired',
    // Without it there is nothing to come back to.
    conditions: [{ property: 'event.recovery_url', operator: 'is_set' }],
    frequency: 'one_at_a_time',
  },
  exit_events: [],
  only_while: true,
  steps: [
    marketing(
      'reminder',
      'Your order is still waiting for you',
      'Pick up where you left off.',
      `
Hi {{ contact.first_name | default: "there" }},

You were about to order{% if event.amount %} for **{{ event.presentment_amount | money: event.presentment_currency }}**{% endif %}, but the checkout wasn’t finished. If you still want it, you can pick up where you left off.

[Go back to your order]({{ event.recovery_url }})

Changed your mind, or was something not right? Just reply, we’d love to hear about it.

Kind regards,`,
    ),
    // Who opened several checkouts is reminded of one: until this has passed, no other run begins.
    { id: 'pause', kind: 'wait', amount: 1, unit: 'days' },
  ],
});
