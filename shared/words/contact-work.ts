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

const REFUSAL_WORDS = {
  unreadable: 'Can’t be read: a quote is opened that isn’t closed, or the line is too long',
  no_email: 'Has no address',
  invalid_email: 'Its address is not one that mail can be sent to',
  repeated: 'Its address stands in an earlier line, which counts',
  group: 'Its user group is longer than 100 characters or holds control characters',
  status: 'Its status is none of “subscribed”, “transactional only” and “unsubscribed”',
  consent: 'Says neither yes nor no',
  property: 'Has a value of another type',
} as const;

/** Why a line of a file is left out; `column` as the file calls it. */
export const nameRefusal = (refused: {
  reason: keyof typeof REFUSAL_WORDS;
  column?: string;
  expected?: string;
}): string => {
  const { reason, column, expected } = refused;
  if (column === undefined) return REFUSAL_WORDS[reason];
  return `${expected === undefined ? REFUSAL_WORDS[reason] : `A value ${expected}`}: column “${column}”`;
};

/** Of columns that are not read. */
export const DOUBTFUL_WORDS = {
  title: (many: boolean) =>
    many ? 'These columns may say who wants no marketing' : 'This column may say who wants no marketing',
  hint: (columns: readonly string[]) =>
    `Not read: ${columns.join(', ')}. Who left there would be taken for one who agreed. If that is what ${
      columns.length === 1 ? 'it is' : 'they are'
    } about, cancel, name the column “unsubscribed” (yes or no) or “status”, and choose the file again.`,
  isAboutElse: (many: boolean) =>
    many ? 'These columns are about something else' : 'This column is about something else',
  missing: 'Say so, or cancel the import.',
} as const;

/** Lines of a file by what they do. */
export const LINE_KIND_WORDS = { new: 'New', changed: 'Changed', unchanged: 'Unchanged', refused: 'Refused' } as const;

export const LIST_WORDS = {
  label: 'Put them on a mailing list',
  none: 'None',
  hint: 'Those who are subscribed. Nobody who left the list by a link of theirs comes back.',
  needsConsent: 'Who is put on a mailing list must have agreed to marketing.',
} as const;

/** Of an address that can't be typed because another contact has it. */
export const ADDRESS_WORDS = {
  another: 'Another contact has this address',
  ofStripe: 'The address comes from Stripe: change it on the customer there, and the contact follows.',
} as const;

export const SELECT_FIRST = 'Select a contact first, or choose all.';

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
