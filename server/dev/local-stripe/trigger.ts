/**
 * Makes one event of each type happen. What it takes on the way (a customer, a price, a payment) is really there afterwards,
 * but tells no events of its own: one trigger, one event. It acts on what the address's customer has: an open invoice is
 * paid, a paused subscription resumed.
 */
import { readChange } from '../../stripe-objects/transitions';
import { mergeDeep } from './changes';
import { isLifecycleType, type LifecycleType } from '../../../shared/lifecycle';
import { LIFECYCLE_RECIPES } from './lifecycle-recipes';
import { RECIPES, type Scene, type TriggerType } from './recipes';
import type { Emission, Tenant } from './tenant';

export interface Who {
  /** Null: nobody anybody knows the address of. Left out: somebody new. */
  email?: string | null;
  name?: string | null;
}

/** Does it, and gives back the event's content. `overrides` are laid over the object, and stay. */
export function stage(tenant: Tenant, type: TriggerType | LifecycleType, who: Who, overrides: object = {}): Emission {
  const scene = setScene(tenant, who, overrides);
  if (isLifecycleType(type)) return stageTurn(scene, type);
  const { result, emissions } = tenant.holdBack(() => RECIPES[type](scene));
  mergeDeep(result, overrides);
  const previous = emissions.filter((emission) => emission.type === type).at(-1)?.previous_attributes;
  return { type, object: structuredClone(result), ...(previous && { previous_attributes: previous }) };
}

/** The Stripe event that tells of a turn in a subscription's life. */
function stageTurn(scene: Scene, turn: LifecycleType): Emission {
  const { tenant, overrides } = scene;
  const { type, prepare, change } = LIFECYCLE_RECIPES[turn];
  const before = tenant.holdBack(() => prepare?.(scene)).result;
  const { result, emissions } = tenant.holdBack(() => change(scene, before));
  mergeDeep(result, overrides);
  // Other things may change on the way, each with an event of its own.
  const told = emissions.filter((emission) => emission.type === type);
  const previous = (told.find((emission) => tells(emission, turn, tenant.now())) ?? told[0])?.previous_attributes;
  return { type, object: structuredClone(result), ...(previous && { previous_attributes: previous }) };
}

function tells({ type, ...data }: Emission, turn: LifecycleType, created: number): boolean {
  const change = readChange(type, { created, data });
  return change?.transitions.some((one) => one.type === turn) ?? false;
}

function setScene(tenant: Tenant, who: Who, overrides: object): Scene {
  const somebody = tenant.random.newPerson();
  const email = who.email === undefined ? somebody.email : who.email;
  const known = who.email ? tenant.customers.list().find((customer) => customer.email === email) : undefined;
  const name = who.name ?? known?.name ?? (who.email ? nameFrom(who.email) : somebody.name);
  return { tenant, email, name: who.name === null ? null : name, known, overrides };
}

/** jenny.rosen@example.com is Jenny Rosen. */
const nameFrom = (email: string): string =>
  email
    .replace(/[@+].*$/, '')
    .split(/[._-]+/)
    .filter(Boolean)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join(' ');
