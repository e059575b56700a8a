/** What the overview says of its numbers. */
export const OVERVIEW_WORDS = {
  lead: 'What came of it all in these days, and what needs you.',
  test: 'Test mode: these are test customers and captured emails, none of it is money.',
  calm: 'Nothing needs you: no email is held, and in these days no event and no email failed.',
  mrr: 'Of contacts whose subscription is active or past due, each in its own currency.',
  mrrBegins: 'The chart begins with the first day: it is noted once a day from now on.',
  mrrSince: (day: string) => `Noted once a day since ${day}. A day that wasn’t noted shows what the day before had.`,
  recovered: 'Of invoices whose payment first failed in these days.',
  emails: 'Queued in these days, and what became of them since.',
  clicks: 'Clicks are counted once you switch that on in Settings → Sending.',
  undelivered: 'Your mail provider has reported no delivery of these.',
} as const;
