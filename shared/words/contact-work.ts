/** What the console says of work on many contacts. */

export const JOB_KIND_WORDS = {
  import: 'Import from a file',
  group: 'Set user group',
  unsubscribe: 'Unsubscribe',
  delete: 'Delete contacts',
  property: 'Delete a contact property',
} as const;

export const JOB_STATUS_WORDS = {
  uploading: { tone: 'info', label: 'Uploading' },
  checking: { tone: 'info', label: 'Comparing' },
  preview: { tone: 'warn', label: 'Waits for you' },
  running: { tone: 'info', label: 'Under way' },
  finished: { tone: 'good', label: 'Done' },
  failed: { tone: 'bad', label: 'Failed' },
  canceled: { tone: 'plain', label: 'Canceled' },
} as const;

export const REFUSAL_WORDS = {
  unreadable: 'Can’t be read: a quote is opened that isn’t closed, or the line is too long',
  no_email: 'Has no address',
  invalid_email: 'Its address is not one that mail can be sent to',
  repeated: 'Its address stands in an earlier line, which counts',
  group: 'Its user group is longer than 100 characters or holds control characters',
  status:
    'Its status is none of “subscribed”, “transactional only” and “unsubscribed”; rename the column to leave it out',
} as const;

export const CONSENT_CHOICES = {
  agreed: {
    label: 'These people agreed to marketing',
    labelOfOne: 'This person agreed to marketing',
    hint: 'They become subscribed, except those who have left: nobody who unsubscribed is subscribed again.',
  },
  transactional: {
    label: 'Transactional only',
    labelOfOne: 'Transactional only',
    hint: 'They get receipts, reminders and the like, but no marketing. What contacts chose before stays.',
  },
} as const;
