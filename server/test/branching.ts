/** A workflow with branches whose numbers fill-results.ts makes, and whose first email is held for want of a user group. */
import type { Definition } from '../../shared/workflow';
import { MEASURED } from './fill-results';

const mail = (subject: string, body = 'Hi') => ({ kind: 'transactional', subject, preview_text: '', body }) as const;

export const BRANCHING: Definition = {
  ...MEASURED,
  name: 'Branching',
  trigger: { ...MEASURED.trigger, frequency: 'once_per_contact' },
  exit_events: [{ event: 'invoice.paid', match: 'contact' }],
  steps: [
    { id: 'first', kind: 'email', email: mail('First', 'For {{ contact.user_group }}') },
    { id: 'pause', kind: 'wait', amount: 1, unit: 'days' },
    {
      id: 'fork',
      kind: 'branch',
      paths: [
        {
          id: 'gold',
          name: 'Gold',
          conditions: [{ property: 'contact.user_group', operator: 'is', value: 'gold' }],
          steps: [
            { id: 'golden', kind: 'email', email: mail('Thank you for your gold') },
            { id: 'out', kind: 'exit' },
          ],
        },
        {
          id: 'named',
          name: 'Has a name',
          conditions: [{ property: 'contact.first_name', operator: 'is_set' }],
          steps: [
            { id: 'named-mail', kind: 'email', email: mail('Hello {{ contact.first_name }}') },
            { id: 'group', kind: 'update_contact', user_group: 'named' },
          ],
        },
      ],
      else: [],
    },
    { id: 'check', kind: 'filter', conditions: [{ property: 'contact.user_group', operator: 'is_set' }] },
    { id: 'last', kind: 'email', email: mail('Last') },
  ],
};
