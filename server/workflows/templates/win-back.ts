import { marketing, type Template } from './template';

export const winBack: Template = () => ({
  trigger: { source: 'schedule', event: 'schedule.ended', days: 30, conditions: [], frequency: 'every_time' },
  exit_events: [],
  only_while: true,
  steps: [
    marketing(
      'win-back',
      'We’d be glad to have you back',
      'Your way back is short, whenever you like.',
      `
Hi {{ contact.first_name | default: "there" }},

It’s been a while since your{% if event.plan %} {{ event.plan }}{% endif %} subscription ended{% if event.ended_at %} on {{ event.ended_at | date }}{% endif %}. If you’d like to come back, you’ll be more than welcome: just reply to this email and we’ll set it up with you.

And if something kept you from staying, we’d like to hear it. One sentence is plenty.

All the best,`,
    ),
  ],
});
