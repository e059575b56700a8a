/** What the log has told so far of the objects that runs are about. Pure. */
import { isOwnType, type PropertyValue } from '../../../shared/catalogue';
import type { Definition } from '../../../shared/workflow';
import { isNewer, stateRow, type ObjectState } from '../../audience/object-states';
import { stampOf } from '../../audience/stamp';
import type { Tenant } from '../../db/tenant';
import type { ObjectFacts } from '../../stripe-objects/types';
import { isConditional, judgedKind } from '../only-while';

/** By these a state is judged or ranked. */
const JUDGED = ['amount_remaining', 'cancel_at_period_end', 'cancel_at', 'payment_status'];

/** What steps, as JSON, name of the newest state of what they are about; each email has a field `subject` too. */
const OF_STATES = /subject(?!":")|failure_kind|decline_code|is_last_attempt/;

/** `created` in epoch seconds. */
interface Teller {
  type: string;
  created: number;
}

export function createToldStates(tenant: Tenant, definition: Definition) {
  const kind = judgedKind(definition.trigger.event);
  const steps = JSON.stringify(definition);
  const isAsked = isConditional(definition) || OF_STATES.test(steps);
  const named = new Map<string, boolean>();
  const told = new Map<string, ObjectState>();

  /** Of all properties only those that the workflow names, or that are judged: very many may be kept at once. */
  function slim(properties: Record<string, PropertyValue>): Record<string, PropertyValue> {
    const some: Record<string, PropertyValue> = {};
    for (const name in properties) if (isNamed(name)) some[name] = properties[name] ?? null;
    return some;
  }

  function isNamed(name: string): boolean {
    const isKnown = named.get(name);
    if (isKnown !== undefined) return isKnown;
    const found = JUDGED.includes(name) || steps.includes(name);
    named.set(name, found);
    return found;
  }

  function rowOf({ type, created }: Teller, state: ObjectFacts): ObjectState {
    const facts = { ...state, properties: slim(state.properties) };
    return stateRow(tenant, facts, { stamp: stampOf(type, created), knownAt: created * 1000, dueAt: null });
  }

  return {
    slim,
    rowOf,

    record(teller: Teller, state: ObjectFacts | null): void {
      // Only of what runs are about. An event of our own brings no news: what caused it did.
      if (!isAsked || !state || state.kind !== kind || isOwnType(teller.type)) return;
      const row = rowOf(teller, state);
      if (isNewer(row, told.get(row.id))) told.set(row.id, row);
    },

    has: (id: string): boolean => told.has(id),

    /** As of a moment: what the log has told by then, else what was known by then and has not changed since. */
    at(id: string | null | undefined, newest: ObjectState | undefined, now: number): ObjectState | undefined {
      if (!id) return undefined;
      return told.get(id) ?? (newest && newest.known_at <= now ? newest : undefined);
    },
  };
}
