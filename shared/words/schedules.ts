/** Notices that hang on dates, in words. */
export const MISSED = 'Not sent: its moment passed while Tillpost could not see to it';
