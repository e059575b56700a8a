import { marketing, type Template } from './template';

export const contactAdded: Template = () => ({
  trigger: {
    source: 'lifecycle',
    event: 'lifecycle.contact_added',
    // Customers of Stripe have a welcome of their own: "New customer".
    conditions: [{ property: 'event.by', operator: 'is_not', value: 'stripe' }],
    frequency: 'once_per_contact',
  },
  exit_events: [],
  steps: [
    marketing(
      'welcome',
      'Good to meet you{% if contact.first_name %}, {{ contact.first_name }}{% endif %}',
      'A word of welcome, and how to reach us.',
      `
Hi {{ contact.first_name | default: "there" }},

Welcome, and thank you for your interest in what we do. From now on we’ll write to you when there is something worth knowing.

Is there something you’d like to ask first? Just reply to this email: it reaches a real person, and we’re glad to help.

All the best,`,
    ),
  ],
});
