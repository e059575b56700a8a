/**
 * Loops. Routes, bodies and answers as its own client has them (https://loops.so/docs/api-reference).
 *
 * Who has left there is never subscribed again from here: `subscribed` is only ever sent as false. A contact that Tillpost may send
 * transactional email alone is made there as unsubscribed; one that is there already keeps what it has chosen there.
 */
import { apiEventName, isApiEventType, type TriggerType } from '../../shared/catalogue';
import type { ContactView } from '../../shared/api';
import { CONTACT_PROPERTY_TYPES, type ContactPropertyType } from '../../shared/contact-properties';
import { oneOf } from '../../shared/one-of';
import { FORWARD_OUTCOMES as OUTCOMES } from '../../shared/words/forwarding';
import type {
  AskedRequest,
  Destination,
  ForwardedContact,
  ForwardedEvent,
  KnownProperties,
  Step,
  Verdict,
} from './destination';
import { ask, NAME, textOf, type Others } from './loops-request';
import { contactValues, eventValues, fitValue, typesOf } from './properties';

export const LOOPS: Destination = {
  name: NAME,
  // Idempotency-Key: https://loops.so/docs/api-reference/send-event
  knowsEventsMs: 24 * 3_600_000,
  check: () =>
    ask({ method: 'GET', path: '/v1/api-key' }, (body) => {
      const teamName = textOf(body, 'teamName');
      return listProperties((known) => ({ kind: 'done', outcome: '', known, ...(teamName ? { teamName } : {}) }));
    }),

  saveContact(forwarded, known) {
    const wanted = typesOf(forwarded);
    const isKnown = Object.keys(wanted).every((name) => Object.hasOwn(known, name));
    if (isKnown) return save(forwarded, known);
    return listProperties((there) => {
      const missing = Object.entries(wanted).filter(([name]) => !Object.hasOwn(there, name));
      const all = { ...there, ...Object.fromEntries(missing) };
      return makeProperties(missing, () => learning(save(forwarded, all), all));
    });
  },

  deleteContact: (email) =>
    ask({ method: 'POST', path: '/v1/contacts/delete', body: { email } }, () => done(OUTCOMES.deleted(NAME)), {
      404: () => done(OUTCOMES.wasNotThere(NAME)),
    }),

  sendEvent(event, contact) {
    const send = () => sendEvent(event, contact);
    // Its contact is made with the event, and would be subscribed.
    return contact.status === 'transactional_only' ? makeUnsubscribed(contact, send, send) : send();
  },
};

const done = (outcome: string): Verdict => ({ kind: 'done', outcome });

const listProperties = (next: (there: KnownProperties) => Step | Verdict): Step =>
  ask({ method: 'GET', path: '/v1/contacts/properties?list=custom' }, (body) => {
    const there: Record<string, ContactPropertyType> = {};
    for (const one of Array.isArray(body) ? (body as unknown[]) : []) {
      const [name, type] = [textOf(one, 'key'), oneOf(CONTACT_PROPERTY_TYPES, textOf(one, 'type'))];
      if (name !== undefined && type !== undefined) there[name] = type;
    }
    return next(there);
  });

/** Made beforehand, or it would take a date for text. One that another request made meanwhile is there. */
function makeProperties(missing: readonly (readonly [string, ContactPropertyType])[], next: () => Step): Step {
  const [first, ...others] = missing;
  if (!first) return next();
  const [name, type] = first;
  const goOn = () => makeProperties(others, next);
  const request: AskedRequest = { method: 'POST', path: '/v1/contacts/properties', body: { name, type } };
  return ask(request, goOn, { 400: goOn, 409: goOn });
}

/** The same, telling at last which properties there are. */
const learning = (step: Step, known: KnownProperties): Step => ({
  request: step.request,
  next(answer) {
    const next = step.next(answer);
    if ('request' in next) return learning(next, known);
    return next.kind === 'done' ? { ...next, known } : next;
  },
});

function save(forwarded: ForwardedContact, known: KnownProperties): Step {
  const { contact, was } = forwarded;
  if (was !== undefined && was !== contact.email) return move({ ...forwarded, was }, known);
  const fields = fieldsOf(forwarded, known);
  const update = () => put(identified(contact, fields), savedAs(contact));
  return contact.status === 'transactional_only' ? makeUnsubscribed(contact, update, update) : update();
}

const put = (body: object, next: (answer: unknown) => Step | Verdict, others: Others = {}): Step =>
  ask({ method: 'PUT', path: '/v1/contacts/update', body }, next, others);

const savedAs = ({ status }: ContactView) => {
  const isOut = status === 'unsubscribed';
  return () => done(isOut ? OUTCOMES.savedUnsubscribed(NAME) : OUTCOMES.saved(NAME));
};

/** Only where it isn't there yet: creating is refused then, whatever it has chosen there. */
const makeUnsubscribed = (contact: ContactView, made: () => Step, wasThere: () => Step): Step =>
  ask({ method: 'POST', path: '/v1/contacts/create', body: { ...identified(contact, {}), subscribed: false } }, made, {
    409: wasThere,
  });

/** By the address, and by the id that the merchant's own programs have given. */
const identified = ({ email, user_id }: ContactView, fields: object) => ({
  email,
  ...(user_id === null ? {} : { userId: user_id }),
  ...fields,
});

/** A name or group that Tillpost doesn't know erases none there. */
function fieldsOf(forwarded: ForwardedContact, known: KnownProperties): object {
  const { first_name, last_name, user_group, status } = forwarded.contact;
  const fits = Object.entries(contactValues(forwarded)).flatMap(([name, value]) => {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    const fit = type === undefined ? (value ?? undefined) : fitValue(value, type);
    return fit === undefined ? [] : [[name, fit]];
  });
  return {
    ...(first_name === null ? {} : { firstName: first_name }),
    ...(last_name === null ? {} : { lastName: last_name }),
    ...(user_group === null ? {} : { userGroup: user_group }),
    ...(status === 'unsubscribed' ? { subscribed: false } : {}),
    ...(Object.fromEntries(fits) as object),
  };
}

/**
 * Loops changes the address only of a contact with a userId, so one without gets its id of Tillpost's first. Where the new address or the userId is
 * another contact's there already, the one of the old address is deleted, and having left counts for both.
 */
function move(forwarded: ForwardedContact & { was: string }, known: KnownProperties): Step {
  const { contact, was } = forwarded;
  const fields = fieldsOf(forwarded, known);
  const find: AskedRequest = { method: 'GET', path: `/v1/contacts/find?email=${encodeURIComponent(was)}` };
  return ask(find, (body) => {
    const there: unknown = Array.isArray(body) ? body[0] : undefined;
    if (there === undefined) return save({ ...forwarded, was: undefined }, known);
    const userId = textOf(there, 'userId') ?? contact.user_id ?? contact.id;
    const hasLeft = (there as { subscribed?: unknown }).subscribed === false;
    // Loops' document names 400 alone for what it refuses. Whatever that was, merging is refused as well, or is as true.
    const taken = { 400: () => merge(), 409: () => merge() };
    // Its answer names whom it has changed: by the userId another than the one of the old address, which then stays as it was.
    const rename = () =>
      put(
        { userId, ...fields, email: contact.email },
        (changed) => (isAnother(changed, there) ? merge() : done(OUTCOMES.moved(NAME))),
        taken,
      );
    const merge = () =>
      put({ email: contact.email, ...fields, ...(hasLeft ? { subscribed: false } : {}) }, () => {
        const remove: AskedRequest = { method: 'POST', path: '/v1/contacts/delete', body: { email: was } };
        const merged = () => done(OUTCOMES.moved(NAME));
        return ask(remove, merged, { 404: merged });
      });
    return textOf(there, 'userId') === undefined ? put({ email: was, userId }, rename, taken) : rename();
  });
}

function isAnother(one: unknown, other: unknown): boolean {
  const [id, otherId] = [textOf(one, 'id'), textOf(other, 'id')];
  return id !== undefined && otherId !== undefined && id !== otherId;
}

function sendEvent(event: ForwardedEvent, contact: ContactView): Step {
  const eventName = nameOf(event.type);
  const hasLeft = contact.status === 'unsubscribed' ? { subscribed: false } : {};
  return ask(
    {
      method: 'POST',
      path: '/v1/events/send',
      body: identified(contact, { eventName, eventProperties: eventValues(event), ...hasLeft }),
      headers: { 'Idempotency-Key': event.key },
    },
    () => done(OUTCOMES.eventSent(NAME, eventName)),
    // The key was used: it came to Loops before, and the answer didn't come to us.
    { 409: () => done(OUTCOMES.eventThere(NAME, eventName)) },
  );
}

/** A program's own name, or the type as the log has it. */
export const nameOf = (type: TriggerType): string => (isApiEventType(type) ? apiEventName(type) : type);
