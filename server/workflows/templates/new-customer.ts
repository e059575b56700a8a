import { marketing, type Template } from './template';

export const newCustomer: Template = () => ({
  trigger: { event: 'customer.created', conditions: [], frequency: 'once_per_contact' },
  exit_events: [],
  steps: [
    marketing(
      'welcome',
      'Welcome{% if contact.first_name %}, {{ contact.first_name }}{% endif %}!',
      'It’s good to have you with us. Here is how to reach us.',
      `
Hi {{ contact.first_name | default: "there" }},

Thank you for joining us. It’s good to have you here.

If anything is unclear, or something doesn’t work the way you expect, just reply to this email. A real person reads every message, and we’re glad to help.

Welcome aboard,`,
    ),
  ],
});
