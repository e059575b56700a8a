import type { ContactProperty } from '../../shared/contact-properties';
import { compareLine, isRefused, readHead, readLine, statusOfNew, type KnownContact } from './import-lines';

const read = (columns: string, cells: string, known: readonly ContactProperty[] = []) =>
  readLine(readHead(columns.split('|'), known), { line: 2, fields: cells.split('|') }, () => false);
const statusOf = (columns: string, cells: string) => {
  const line = read(`email|${columns}`, `a@example.com|${cells}`);
  return isRefused(line) ? line.reason : statusOfNew(line, 'agreed');
};

describe('a file of contacts', () => {
  it.each([
    ['subscribed', 'false', 'unsubscribed'],
    ['Subscribed', 'No', 'unsubscribed'],
    ['is_subscribed', '0', 'unsubscribed'],
    ['subscribed', 'TRUE', 'subscribed'],
    ['subscribed', '', 'subscribed'],
    ['unsubscribed', 'yes', 'unsubscribed'],
    ['Unsubscribed?', '1', 'unsubscribed'],
    ['unsubscribed', 'f', 'subscribed'],
    ['opted_out', 'T', 'unsubscribed'],
    ['Opt-out', 'true', 'unsubscribed'],
    ['optout', 'false', 'subscribed'],
    ['suppressed', 'true', 'unsubscribed'],
    ['suppressed', 'false', 'subscribed'],
    ['status', 'transactional only', 'transactional_only'],
    ['status|status', 'subscribed|unsubscribed', 'unsubscribed'],
    ['subscribed|unsubscribed', 'true|true', 'unsubscribed'],
    ['subscribed|status', 'true|transactional_only', 'transactional_only'],
    ['status|suppressed', 'subscribed|true', 'unsubscribed'],
    ['subscribed', 'maybe', 'consent'],
    ['unsubscribed', '2024-02-03', 'consent'],
    ['suppressed', 'WAHR', 'consent'],
    ['status', 'active', 'status'],
  ])('says in %s: %s that its person is %s', (columns, cells, expected) => {
    expect(statusOf(columns, cells)).toBe(expected);
  });

  it.each([
    ['Unsubscribe date', true],
    ['opt_in', true],
    ['Email marketing', true],
    ['bounce_count', true],
    ['GDPR consent', true],
    ['spam score', true],
    ['Complaints', true],
    ['Newsletter', true],
    ['subscription_status', false],
    ['plan', false],
    ['customer_since', false],
    ['mailing_lists', false],
  ])('doubts the column %s: %s', (name, isDoubtful) => {
    expect(readHead(['email', name]).doubtful).toEqual(isDoubtful ? [name] : []);
  });

  it('fills contact properties by their type, and says of which column a value is wrong', () => {
    const known = [
      { name: 'seats', type: 'number' },
      { name: 'isTrial', type: 'boolean' },
      { name: 'renewed', type: 'date' },
      { name: 'city', type: 'string' },
    ] as const;
    expect(
      read('email|seats|properties.isTrial|renewed|city|other', `a@example.com|-3.5|No|2026-02-03|'=Ulm|x`, known),
    ).toMatchObject({
      properties: { seats: -3.5, isTrial: false, renewed: '2026-02-03T00:00:00.000Z', city: '=Ulm' },
    });
    expect(read('email|seats|city', 'a@example.com||', known)).not.toHaveProperty('properties');
    for (const [columns, cells, expected] of [
      ['seats', 'many', 'must be a number'],
      ['properties.isTrial', '2', 'must be true or false'],
      ['renewed', '3/2/26', 'must be a date'],
    ] as const)
      expect(read(`email|${columns}`, `a@example.com|${cells}`, known)).toEqual({
        line: 2,
        reason: 'property',
        column: columns,
        expected: expect.stringContaining(expected) as string,
      });
  });

  const KNOWN: KnownContact = {
    ...{ status: 'subscribed', first_name: null, last_name: null, user_group: null },
    ...{ properties: { seats: 1 }, hasLeft: false, isSuppressed: false },
  };
  it('leaves a contact whose address is suppressed here as well as it is', () => {
    const line = read('email|status|suppressed', 'a@example.com|subscribed|true');
    if (isRefused(line)) throw new Error('it is refused');
    expect(compareLine(line, KNOWN, 'agreed')).toEqual({ status: 'unsubscribed' });
    expect(compareLine(line, { ...KNOWN, isSuppressed: true }, 'agreed')).toEqual({});
    expect(compareLine(line, { ...KNOWN, isSuppressed: true, status: 'transactional_only' }, 'agreed')).toEqual({});
  });

  it('changes only the properties that differ', () => {
    const known = [
      { name: 'seats', type: 'number' },
      { name: 'city', type: 'string' },
    ] as const;
    const line = read('email|seats|city', 'a@example.com|1|Ulm', known);
    if (isRefused(line)) throw new Error('it is refused');
    expect(compareLine(line, KNOWN, 'transactional')).toEqual({ properties: { city: 'Ulm' } });
  });
});
