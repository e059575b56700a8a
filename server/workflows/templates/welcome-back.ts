import { marketing, type Template } from './template';

export const welcomeBack: Template = () => ({
  trigger: { source: 'lifecycle', event: 'lifecycle.reactivated', conditions: [], frequency: 'once_per_subject' },
  exit_events: [],
  only_while: true,
  steps: [
    marketing(
      'welcome_back',
      'Welcome back{% if contact.first_name %}, {{ contact.first_name }}{% endif %}!',
      'It’s good to have you with us again.',
      `
Hi {{ contact.first_name | default: "there" }},

Welcome back! It’s good to have you with us again{% if subject.plan %}, on {{ subject.plan }}{% endif %}.
{% if subject.status == "trialing" and subject.trial_end %}
You can try everything for free until {{ subject.trial_end | date }}.
{% endif %}{% if subject.cancel_at %}
Your subscription runs until {{ subject.cancel_at | date }}.
{% endif %}
If something kept you away, or has changed since you left, just reply to this email and tell us. We read every answer.

All the best,`,
    ),
  ],
});
