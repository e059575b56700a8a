/** What the editor's buttons do to a draft: add, remove and move things in its lists. Pure but for new ids. */
import { randomBytes } from 'node:crypto';
import { entryOf } from '../../../../shared/catalogue';
import { LIST_PROPERTY } from '../../../../shared/contact-events';
import type { BranchPath, Condition, Definition, Step } from '../../../../shared/workflow';

export interface Changed {
  draft: Definition;
  /** The place that the keyboard goes on from; null leaves it. */
  focus: string | null;
  removed: Removed | null;
}

/** What was taken out last and can be put back. */
export interface Removed {
  /** Where it stood. */
  place: string;
  item: { step: Step } | { path: BranchPath };
}

/** The place of the button that puts it back. */
export const UNDO = 'undo';

/**
 * `add <list> <what>`, `insert <item> <what>` (before it), `remove <item>`, `undo`, `up <item>`, `down <item>`; lists and
 * items are places such as `steps.2.paths.0.steps`.
 */
export function applyOperation(draft: Definition, operation: string, removed: Removed | null): Changed {
  const [verb, place = '', what = ''] = operation.split(' ');
  const changed = structuredClone(draft);
  switch (verb) {
    case 'insert':
      return { draft: changed, focus: insertAt(changed, place, newItem(what, changed)), removed: null };
    case 'undo':
      return { draft: changed, focus: removed && insertAt(changed, removed.place, itemOf(removed)), removed: null };
    case 'add':
      return { draft: changed, focus: addTo(changed, place, what), removed: null };
    case 'remove':
      return { draft: changed, ...removeAt(changed, place) };
    case 'up':
      return { draft: changed, focus: moveBy(changed, place, -1), removed: null };
    case 'down':
      return { draft: changed, focus: moveBy(changed, place, 1), removed: null };
    default:
      return { draft: changed, focus: null, removed };
  }
}

function addTo(draft: Definition, place: string, what: string): string | null {
  const list = listAt(draft, place.split('.'));
  const item = newItem(what, draft);
  if (!list || !item) return null;
  return `${place}.${list.push(item) - 1}`;
}

/** At the end where there is no such place any more. */
function insertAt(draft: Definition, place: string, item: unknown): string | null {
  const { list, index, listPlace } = itemAt(draft, place);
  if (!list || !item || !Number.isInteger(index)) return null;
  const at = Math.min(index, list.length);
  list.splice(at, 0, item);
  return `${listPlace}.${at}`;
}

const itemOf = ({ item }: Removed): Step | BranchPath => ('step' in item ? item.step : item.path);

function removeAt(draft: Definition, place: string): Pick<Changed, 'focus' | 'removed'> {
  const { list, index, listPlace } = itemAt(draft, place);
  if (!list?.[index]) return { focus: null, removed: null };
  const [item] = list.splice(index, 1);
  const kept = keep(item, listPlace);
  const neighbour = list.length > 0 ? `${listPlace}.${Math.max(0, index - 1)}` : listPlace;
  return kept ? { focus: UNDO, removed: { place, item: kept } } : { focus: neighbour, removed: null };
}

/** A condition is quickly made anew; steps and what a path holds are not. */
function keep(item: unknown, listPlace: string): Removed['item'] | null {
  const list = listPlace.split('.').at(-1);
  if (list === 'steps' || list === 'else') return { step: item as Step };
  return list === 'paths' ? { path: item as BranchPath } : null;
}

function moveBy(draft: Definition, place: string, by: 1 | -1): string | null {
  const { list, index, listPlace } = itemAt(draft, place);
  const [item, neighbour] = [list?.[index], list?.[index + by]];
  if (!list || !item || !neighbour) return null;
  list[index] = neighbour;
  list[index + by] = item;
  return `${listPlace}.${index + by}`;
}

function itemAt(draft: Definition, place: string) {
  const keys = place.split('.');
  const index = Number(keys.pop());
  return { list: listAt(draft, keys), index, listPlace: keys.join('.') };
}

function listAt(draft: Definition, keys: readonly string[]): unknown[] | undefined {
  let found: unknown = draft;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return Array.isArray(found) ? found : undefined;
}

const newStepId = () => `s${randomBytes(4).toString('hex')}`;

function newItem(what: string, draft: Definition): unknown {
  switch (what) {
    case 'condition':
      return newCondition(draft);
    case 'exit_event':
      return { event: 'invoice.paid', match: 'contact' };
    case 'path':
      return newPath();
    default:
      return newStep(what);
  }
}

function newCondition({ trigger }: Definition): Condition {
  if (trigger.event === 'lifecycle.contact_updated') return { property: 'event.changed.plan', operator: 'is_true' };
  if (trigger.event === 'lifecycle.list_joined')
    return { property: `event.${LIST_PROPERTY}`, operator: 'is', value: '' };
  const [first] = entryOf(trigger.event).properties;
  return { property: first ? `event.${first.name}` : 'contact.plan', operator: 'is_set' };
}

const newPath = () => ({
  id: newStepId(),
  name: '',
  conditions: [{ property: 'contact.plan', operator: 'is', value: '' }],
  steps: [],
});

function newStep(kind: string): Step | undefined {
  const id = newStepId();
  switch (kind) {
    case 'wait':
      return { id, kind, amount: 1, unit: 'days' };
    case 'filter':
      return { id, kind, conditions: [{ property: 'contact.subscription_status', operator: 'is', value: '' }] };
    case 'branch':
      return { id, kind, paths: [newPath() as never], else: [] };
    case 'email':
      return {
        id,
        kind,
        email: {
          kind: 'transactional',
          subject: '',
          preview_text: '',
          body: 'Hi {{ contact.first_name | default: "there" }},\n\n',
        },
      };
    case 'update_contact':
      return { id, kind, user_group: null };
    case 'exit':
      return { id, kind };
    default:
      return undefined;
  }
}
