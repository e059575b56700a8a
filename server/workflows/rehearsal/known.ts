/** What the database knows of the people and objects of a rehearsal. */
import { isOwnType, type TriggerType } from '../../../shared/catalogue';
import type { ObjectState } from '../../audience/object-states';
import { findSuppressions } from '../../audience/suppressions';
import { keyFor, selectByKeys } from '../../db/keys';
import { parts } from '../../db/parts';
import type { Db } from '../../db/schema';
import { tenantColumns, type Tenant } from '../../db/tenant';
import { groupBy } from '../../group-by';
import { subjectOf } from '../only-while';
import type { Happened, Known, Person } from './rehearsal';

/** They take some 25 MB, and few are asked for only once. */
const MAX_PEOPLE = 20_000;

interface About {
  trigger: TriggerType;
  /** The contacts' other subscriptions are judged too. */
  hasOthers: boolean;
  /** It has emails of mailing lists. */
  hasLists: boolean;
}

/** As it is now, and as it was when it was first asked for. */
export function createKnownReader(db: Db, tenant: Tenant, { trigger, hasOthers, hasLists }: About) {
  const columns = tenantColumns(tenant);
  let kept = new Map<string, Person>();
  /** Those that were kept when there were too many, and haven't been asked for since. */
  let older = new Map<string, Person>();

  function keep(person: Person): void {
    if (kept.size >= MAX_PEOPLE / 2) [kept, older] = [new Map<string, Person>(), kept];
    kept.set(person.contact.id, person);
  }

  function find(id: string): Person | undefined {
    const person = kept.get(id);
    if (person) return person;
    const found = older.get(id);
    if (found) keep(found);
    return found;
  }

  return {
    /** Of the contacts, and of what the events are about without telling its state. */
    async read(contactIds: Iterable<string>, events: readonly Happened[]): Promise<Known> {
      const people = new Map<string, Person>();
      const unknown: string[] = [];
      for (const id of new Set(contactIds)) {
        const person = find(id);
        if (person) people.set(id, person);
        else unknown.push(id);
      }
      for await (const ids of parts(unknown))
        for (const person of await readPeople(ids)) {
          people.set(person.contact.id, person);
          keep(person);
        }
      const untold = events.flatMap(({ event, object }) =>
        event.type === trigger && (!object.state || isOwnType(trigger))
          ? (subjectOf(event.type, object)?.id ?? [])
          : [],
      );
      const subjects = untold.map((id) => keyFor(columns, id));
      const states = subjects.length === 0 ? [] : await selectByKeys(db, 'object_state', 'id', subjects);
      return { people, states: new Map(states.map((state) => [state.id, state])) };
    },
  };

  async function readPeople(ids: readonly string[]): Promise<Person[]> {
    const keys = ids.map((id) => keyFor(columns, id));
    const contacts = await selectByKeys(db, 'contact', 'id', keys);
    const addresses = contacts.map(({ email }) => email);
    const suppressions = await findSuppressions(db, tenant, addresses);
    const subscriptions = hasOthers ? await readSubscriptions(db, keys) : undefined;
    const memberships = hasLists ? await selectByKeys(db, 'list_membership', 'contact_id', keys) : [];
    const membershipsOf = groupBy(memberships, ({ contact_id }) => contact_id);
    return contacts.map((contact) => ({
      contact,
      suppression: suppressions.get(contact.email),
      memberships: membershipsOf.get(contact.id) ?? [],
      subscriptions: subscriptions?.get(contact.id) ?? [],
    }));
  }
}

/** Of all customers of the contacts, by contact id. */
async function readSubscriptions(db: Db, contacts: ReturnType<typeof keyFor>[]): Promise<Map<string, ObjectState[]>> {
  const links = await selectByKeys(db, 'customer_link', 'contact_id', contacts);
  const customers = links.map((link) => keyFor(link, link.customer_id));
  const states = await selectByKeys(db, 'object_state', 'customer_id', customers, { where: "kind = 'subscription'" });
  const contactOf = new Map(links.map((link) => [link.customer_id, link.contact_id ?? '']));
  return groupBy(states, ({ customer_id }) => contactOf.get(customer_id ?? '') ?? '');
}
