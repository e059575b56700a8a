/** Notices that hang on dates, in words. */
export const MISSED = 'Not sent: its moment passed while Tillpost could not see to it';

export const NOTICE_WORDS = {
  lead: 'For each subscription or invoice and period: which notice was due when, and when the mail server accepted it.',
  none: 'Scheduled workflows give notice some days before or after a date. What they gave, and what they missed, shows here.',
  given: 'Given',
  missed: 'Missed',
} as const;
