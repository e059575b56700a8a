import type { ScheduleType } from '../../shared/schedules';
import { stateRow } from '../audience/object-states';
import type { ObjectKind } from '../../shared/api';
import type { PropertyValue } from '../../shared/catalogue';
import { planNotices, type Scheduled } from './plan';

const ms = (time: string) => Date.parse(time);
const TENANT = { accountId: 'acct_1', livemode: true };

const stateOf = (status: string, properties: Record<string, PropertyValue>, kind: ObjectKind = 'subscription') =>
  stateRow(
    TENANT,
    { kind, id: kind === 'invoice' ? 'in_1' : 'sub_1', customerId: 'cus_1', status, properties },
    { stamp: 1, knownAt: 1, dueAt: 1 },
  );

interface Given {
  type: ScheduleType;
  days?: number;
  status?: string;
  properties: Record<string, PropertyValue>;
  kind?: ObjectKind;
  now?: string;
  activatedAt?: string;
  timeZone?: string;
  card?: { id: string; month: string };
  conditions?: Scheduled['conditions'];
}

function plan(given: Given) {
  const { type, days = 7, status = 'active', properties, kind, now = '2026-03-02T00:00:00Z', card } = given;
  const { activatedAt = '2026-01-01T00:00:00Z', timeZone = 'UTC', conditions = [] } = given;
  const workflow: Scheduled = { workflowId: 'wfl_1', type, days, activatedAt: ms(activatedAt), conditions };
  const known = { state: stateOf(status, properties, kind), workflows: [workflow], card, timeZone };
  const { notices, nextAt } = planNotices(known, ms(now));
  return { notices, next: nextAt === null ? null : new Date(nextAt).toISOString() };
}

const START = '2026-03-01T00:00:00.000Z';
const END = '2026-04-01T00:00:00.000Z';
const PERIOD = { period_start: START, period_end: END };

const MOMENTS: [zone: string, date: string, days: number, moment: string][] = [
  ['UTC', '2026-04-01T00:00:00Z', 7, '2026-03-25T09:00:00.000Z'],
  // The local day counts: there it is April 1, 1 o'clock, or still March 31.
  ['Europe/Berlin', '2026-03-31T23:00:00Z', 3, '2026-03-29T07:00:00.000Z'],
  ['America/New_York', '2026-04-01T03:59:00Z', 1, '2026-03-30T13:00:00.000Z'],
  // Across a change of the clocks it is nine o'clock all the same.
  ['Europe/Berlin', '2026-03-30T10:00:00Z', 2, '2026-03-28T08:00:00.000Z'],
  ['Europe/Berlin', '2026-10-26T10:00:00Z', 2, '2026-10-24T07:00:00.000Z'],
  ['America/New_York', '2026-03-09T10:00:00Z', 2, '2026-03-07T14:00:00.000Z'],
  ['America/New_York', '2026-11-02T10:00:00Z', 2, '2026-10-31T13:00:00.000Z'],
  ['Pacific/Auckland', '2026-04-06T10:00:00Z', 2, '2026-04-03T20:00:00.000Z'],
  ['Pacific/Auckland', '2026-09-28T10:00:00Z', 2, '2026-09-25T21:00:00.000Z'],
];

it.each(MOMENTS)('in %s, what ends at %s is told of %i days before, at nine: %s', (timeZone, date, days, moment) => {
  const properties = { period_start: '2026-02-01T00:00:00Z', period_end: date };
  expect(plan({ type: 'schedule.renewal', days, properties, timeZone })).toEqual({ notices: [], next: moment });
});

const INVOICE = { due_date: START, collection_method: 'send_invoice', amount_remaining: 100 };

const FIRST: [name: string, Given, next: string | null][] = [
  ['a trial', { type: 'schedule.trial_end', status: 'trialing', properties: { trial_end: END } }, '2026-03-25'],
  ['a trial that is over', { type: 'schedule.trial_end', properties: { trial_end: END } }, null],
  ['a renewal', { type: 'schedule.renewal', properties: PERIOD }, '2026-03-25'],
  ['a renewal in a trial', { type: 'schedule.renewal', status: 'trialing', properties: PERIOD }, null],
  ['one past due', { type: 'schedule.renewal', status: 'past_due', properties: PERIOD }, null],
  ['one unpaid', { type: 'schedule.renewal', status: 'unpaid', properties: PERIOD }, null],
  ['one paused', { type: 'schedule.renewal', status: 'paused', properties: PERIOD }, null],
  [
    'one whose payments are paused',
    { type: 'schedule.renewal', properties: { ...PERIOD, collection_paused: true } },
    null,
  ],
  ['one that ends', { type: 'schedule.renewal', properties: { ...PERIOD, cancel_at_period_end: true } }, null],
  ['one that ends just then', { type: 'schedule.renewal', properties: { ...PERIOD, cancel_at: END } }, null],
  [
    'one that ends later',
    { type: 'schedule.renewal', properties: { ...PERIOD, cancel_at: '2026-05-01' } },
    '2026-03-25',
  ],
  ['one that is gone', { type: 'schedule.renewal', status: 'gone', properties: {} }, null],
  ['a period shorter than the days', { type: 'schedule.renewal', days: 32, properties: PERIOD }, null],
  ['an end', { type: 'schedule.cancellation', properties: { ...PERIOD, cancel_at_period_end: true } }, '2026-03-25'],
  ['an end at a date', { type: 'schedule.cancellation', properties: { ...PERIOD, cancel_at: END } }, '2026-03-25'],
  ['no end', { type: 'schedule.cancellation', properties: PERIOD }, null],
  [
    'an end asked for later than that',
    { type: 'schedule.cancellation', properties: { ...PERIOD, cancel_at: END, canceled_at: '2026-03-26T00:00:00Z' } },
    null,
  ],
  ['what has ended', { type: 'schedule.ended', status: 'canceled', properties: { ended_at: START } }, '2026-03-08'],
  ['what has not', { type: 'schedule.ended', properties: PERIOD }, null],
  ['what never began', { type: 'schedule.ended', status: 'incomplete_expired', properties: { ended_at: START } }, null],
  ['an invoice', { type: 'schedule.invoice_due', kind: 'invoice', status: 'open', properties: INVOICE }, '2026-03-08'],
  ['a paid one', { type: 'schedule.invoice_due', kind: 'invoice', status: 'paid', properties: INVOICE }, null],
  [
    'one that is charged',
    {
      type: 'schedule.invoice_due',
      kind: 'invoice',
      status: 'open',
      properties: { ...INVOICE, collection_method: null },
    },
    null,
  ],
  [
    'one with nothing left',
    { type: 'schedule.invoice_due', kind: 'invoice', status: 'open', properties: { ...INVOICE, amount_remaining: 0 } },
    null,
  ],
  [
    'a card',
    { type: 'schedule.card_expiry', properties: PERIOD, card: { id: 'pm_1', month: '2026-03' } },
    '2026-03-24',
  ],
  ['no card', { type: 'schedule.card_expiry', properties: PERIOD }, null],
];

it.each(FIRST)('the first notice of %s', (_name, given, next) => {
  expect(plan(given)).toEqual({ notices: [], next: next === null ? null : `${next}T09:00:00.000Z` });
});

it('nothing is due where the workflow’s conditions on the event don’t hold', () => {
  const yearly = { property: 'event.interval', operator: 'is', value: 'year' } as const;
  const next = (interval: string) =>
    plan({ type: 'schedule.renewal', properties: { ...PERIOD, interval }, conditions: [yearly] }).next;
  expect([next('month'), next('year')]).toEqual([null, '2026-03-25T09:00:00.000Z']);
});

describe('a notice whose moment has come', () => {
  const renewal = (now: string, more: Partial<Given> = {}) =>
    plan({ type: 'schedule.renewal', properties: PERIOD, now, ...more }).notices;

  it('is due, also days later, as long as its date has not come', () => {
    for (const now of ['2026-03-25T09:00:00Z', '2026-03-31T23:59:59Z'])
      expect(renewal(now)).toMatchObject([{ plannedAt: ms('2026-03-25T09:00:00Z'), dateAt: ms(END), missed: null }]);
  });

  it('is missed once its date has come', () => {
    expect(renewal('2026-04-01T00:00:00Z')).toMatchObject([{ missed: expect.stringMatching(/^Not sent: /) as string }]);
  });

  it('after a date is missed when it is more than a day late', () => {
    const ended = (now: string) =>
      plan({ type: 'schedule.ended', status: 'canceled', properties: { ended_at: START }, now }).notices;
    expect(ended('2026-03-09T09:00:00Z')).toMatchObject([{ missed: null }]);
    expect(ended('2026-03-09T09:00:01Z')).toMatchObject([{ missed: expect.any(String) as string }]);
  });

  it('counts only since the workflow was activated', () => {
    expect(renewal('2026-03-26T00:00:00Z', { activatedAt: '2026-03-25T09:00:01Z' })).toEqual([]);
    expect(renewal('2026-03-26T00:00:00Z', { activatedAt: '2026-03-25T09:00:00Z' })).toHaveLength(1);
  });
});

describe('a period', () => {
  const periodOf = (given: Given) =>
    plan({ now: '2026-03-31T00:00:00Z', ...given }).notices.map(({ period }) => period);

  it('of a renewal stays the same where its end moves', () => {
    const moved = { ...PERIOD, period_end: '2026-04-03T00:00:00Z' };
    expect(periodOf({ type: 'schedule.renewal', properties: moved })).toEqual(
      periodOf({ type: 'schedule.renewal', properties: PERIOD }),
    );
  });

  it('of a trial is the same whether its beginning is known or not, and another one for a second trial', () => {
    const trial = (more: Record<string, PropertyValue>) =>
      periodOf({
        type: 'schedule.trial_end',
        status: 'trialing',
        properties: { trial_end: END, started_at: START, ...more },
      });
    expect(trial({})).toHaveLength(1);
    expect(trial({ trial_start: START })).toEqual(trial({}));
    expect(trial({ trial_start: '2026-03-05T00:00:00.000Z' })).not.toEqual(trial({}));
  });

  it('of a cancellation is another one when it was taken back and asked for again', () => {
    const asked = (canceled_at: string) =>
      periodOf({ type: 'schedule.cancellation', properties: { ...PERIOD, cancel_at: END, canceled_at } });
    expect(asked('2026-03-02T00:00:00Z')).toHaveLength(1);
    expect(asked('2026-03-02T00:00:00Z')).not.toEqual(asked('2026-03-03T00:00:00Z'));
  });

  it('of a card is the card and its month, whatever it pays for', () => {
    const card = { id: 'pm_1', month: '2026-03' };
    expect(periodOf({ type: 'schedule.card_expiry', properties: PERIOD, card })).toEqual(['card pm_1 2026-03']);
  });
});
