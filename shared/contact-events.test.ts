import { findProperty } from './catalogue';
import { definitionSchema, type Condition } from './workflow';
import { withListNames } from './words/list-names';
import { describeOwn } from './words/own-events';
import { describeCondition } from './words/workflows';

const UPDATED = 'lifecycle.contact_updated';

describe('what happens to contacts', () => {
  it.each([
    ['event.changed.mrr', 'boolean'],
    ['event.was.mrr', 'money'],
    ['event.is.renews_at', 'date'],
    ['event.is.properties.team_size', 'any'],
    ['event.changed.properties.team_size', 'boolean'],
  ])('is asked of by the type of the field: %s', (path, type) => {
    expect(findProperty(UPDATED, path)).toMatchObject({ name: path.slice('event.'.length), type });
  });

  it('is of no object whose state is kept', () => {
    expect(findProperty(UPDATED, 'subject.status')).toBeUndefined();
    expect(findProperty('lifecycle.contact_added', 'event.was.plan')).toBeUndefined();
    expect(findProperty(UPDATED, 'event.was.status')?.values).toContain('unsubscribed');
  });

  it.each<[Condition, string]>([
    [{ property: 'event.changed.plan', operator: 'is_true' }, 'Plan changed'],
    [{ property: 'event.changed.first_name', operator: 'is_false' }, 'First name did not change'],
    [{ property: 'event.was.plan', operator: 'is', value: 'Basic' }, 'Earlier plan is Basic'],
    [{ property: 'event.is.properties.teamSize', operator: 'less', value: 5 }, 'New “teamSize” is less than 5'],
    [{ property: 'contact.properties.teamSize', operator: 'is_set' }, 'Contact’s “teamSize” has any value'],
    [{ property: 'event.changed.renews_at', operator: 'is_true' }, 'Renewal date changed'],
    [{ property: 'event.was.mrr', operator: 'less', value: 900 }, 'Earlier monthly revenue is less than 900'],
    [{ property: 'event.by', operator: 'is', value: 'person' }, 'Done by is person'],
    [{ property: 'event.', operator: 'is', value: '' }, '… is …'],
    [
      { property: 'contact.renews_at', operator: 'before', value: '2027-02-01' },
      'Contact’s renewal date is before day 1',
    ],
    [{ property: 'contact.renews_at', operator: 'before', value: '' }, 'Contact’s renewal date is before …'],
  ])('is asked of in words: %j', (condition, words) => {
    expect(describeCondition(condition, (day) => `day ${Number(day.slice(-2))}`)).toBe(words);
  });

  it('stands in the log without what a field was or is', () => {
    const changed = { plan: true, 'properties.team_size': true };
    const properties = { by: 'stripe', changed, was: { plan: 'Basic' }, is: { plan: 'Pro' } };
    expect(describeOwn(UPDATED, properties, 'en-US')).toBe('Contact updated by Stripe: plan, team size');
    expect(describeOwn('lifecycle.contact_added', { by: 'person', source: 'Console' }, 'en-US')).toBe(
      'Contact added by a person',
    );
    expect(describeOwn('lifecycle.list_joined', { by: 'contact', list: 'lst_1', list_name: 'News' }, 'en-US')).toBe(
      'Mailing list joined by the contact: News',
    );
  });

  it('names the list of a condition where it is read, in branches too, and keeps one that is gone', () => {
    const conditions = (value: string): Condition[] => [{ property: 'event.list', operator: 'is', value }];
    const branch = (list: string) => ({
      id: 'b',
      kind: 'branch',
      paths: [{ id: 'p', name: '', conditions: conditions(list), steps: [] }],
      else: [{ id: 'f', kind: 'filter', conditions: conditions(list) }],
    });
    const define = (list: string, gone = 'lst_2') =>
      definitionSchema.parse({
        name: 'Joined',
        trigger: { source: 'lifecycle', event: 'lifecycle.list_joined', conditions: conditions(gone) },
        steps: [branch(list)],
      });
    expect(withListNames(define('lst_1'), [{ id: 'lst_1', name: 'News' }])).toEqual(define('News'));
  });
});
