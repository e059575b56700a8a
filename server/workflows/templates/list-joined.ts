import { LIST_PROPERTY } from '../../../shared/contact-events';
import { marketing, type Template } from './template';

/** Of one list it is sent on that list, once; of any, with each that is joined. */
export const listJoined: Template = (_trigger, list) => ({
  trigger: {
    source: 'lifecycle',
    event: 'lifecycle.list_joined',
    conditions: list === undefined ? [] : [{ property: `event.${LIST_PROPERTY}`, operator: 'is', value: list }],
    frequency: list === undefined ? 'every_time' : 'once_per_contact',
  },
  exit_events: [],
  steps: [
    {
      ...marketing(
        'welcome',
        'Welcome to {{ event.list_name | default: "our mailing list" }}',
        'You’re on the list. Here is what that means.',
        `
Hi {{ contact.first_name | default: "there" }},

Thank you for joining{% if event.list_name %} **{{ event.list_name }}**{% else %} our mailing list{% endif %}. You’re on it now, and what we send next goes to you as well.

Is there something you’d like to read about? Just reply to this email and tell us. We read every answer.

And if it turns out not to be for you: the link at the bottom of each email is all it takes to leave.

All the best,`,
      ),
      ...(list === undefined ? {} : { list }),
    },
  ],
});
