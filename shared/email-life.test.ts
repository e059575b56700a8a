import type { EmailView } from './api';
import { lifeOf, type EmailTraces } from './words/email-life';

const QUEUED: EmailView = {
  id: 'eml_1',
  object: 'email',
  billing_copy: false,
  to: 'jenny@example.com',
  subject: 'Hello',
  kind: 'marketing',
  status: 'queued',
  reason: null,
  outcome: null,
  subject_of: null,
  message_id: '<eml_1@example.com>',
  transactional: null,
  workflow: 'wfl_1',
  contact: 'con_1',
  event: 'evt_1',
  attempts: 0,
  created_at: '2026-03-01T09:00:00.000Z',
  sent_at: null,
  delivered_at: null,
  bounced_at: null,
  complained_at: null,
  clicked_at: null,
  pay_clicked_at: null,
};
const SENT: EmailView = { ...QUEUED, status: 'sent', attempts: 1, sent_at: '2026-03-01T09:01:00.000Z' };

/** As "label at minutes: words". */
const told = (fields: Partial<EmailView>, traces?: Partial<EmailTraces>) =>
  lifeOf(
    { ...QUEUED, ...fields },
    { decided_at: null, said: null, is_made: false, again_of: null, again: null, ...traces },
  ).map(({ label, at, words }) => `${label} ${at?.slice(14, 16) ?? '-'}${words ? `: ${words}` : ''}`);

it('goes from the queue to what was reported, in the order of time', () => {
  const reports = {
    pay_clicked_at: '2026-03-01T09:04:00.000Z',
    clicked_at: '2026-03-01T09:03:00.000Z',
    delivered_at: '2026-03-01T09:02:00.000Z',
  };
  expect(told({ ...SENT, ...reports }, { is_made: true, again_of: null, again: null })).toEqual([
    'Queued 00',
    'Made -',
    'Sent 01',
    'Delivered 02',
    'Clicked 03',
    'Went on to pay 04',
  ]);
});

it('tells of tries in vain, with the mail server’s words, while it waits and after it was taken', () => {
  const said = 'Will be tried again: 451 Greylisted';
  expect(
    told({ reason: 'retrying', outcome: said, attempts: 2 }, { decided_at: '2026-03-01T09:05:00.000Z', said }),
  ).toEqual(['Queued 00', `Tried 2 times in vain 05: ${said}`]);
  expect(told({ ...SENT, attempts: 2 }, { said })).toEqual([
    'Queued 00',
    'Tried once in vain -: 451 Greylisted',
    'Sent 01',
  ]);
});

it('puts the words of a bounce with the bounce', () =>
  expect(told({ ...SENT, outcome: 'The address bounced', bounced_at: '2026-03-01T09:09:00.000Z' })).toEqual([
    'Queued 00',
    'Sent 01',
    'Bounced 09: The address bounced',
  ]));

it.each(['suppressed', 'failed', 'held', 'captured'] as const)('says when and why it was %s', (status) =>
  expect(told({ status, outcome: 'Because' }, { decided_at: '2026-03-01T09:04:00.000Z' }).at(-1)).toMatch(
    / 04: Because$/,
  ),
);

it('says what it waits for', () =>
  expect(told({ outcome: 'Waits: the quote is a draft' })).toEqual([
    'Queued 00',
    'Waits -: Waits: the quote is a draft',
  ]));
