/** What the console says of the names that the merchant's own programs bring. */
import { MOST_API_EVENTS } from '../api-events';
import { MOST_CONTACT_PROPERTIES, type ContactPropertyType } from '../contact-properties';

export const PROPERTY_TYPE_WORDS: Record<ContactPropertyType, string> = {
  string: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  date: 'Date',
};

export const OWN_NAMES_WORDS = {
  lead: 'What your own programs store with contacts, and the events that they send. Both are learned from the API as they come.',
  properties: 'One that is not known yet is made with the type of its first value; a value of another type is refused.',
  deletion: (name: string) =>
    `${name} is taken from every contact that has it, in the background. It can be made anew at once, with another type. This can’t be undone.`,
  inUse: 'Used by',
  propertiesFull: `There are ${MOST_CONTACT_PROPERTIES} contact properties, as many as there may be: the API refuses new ones until you delete some.`,
  someCounted: (most: string) => `Counted among the ${most} contacts with properties that were added last.`,
  events:
    'Offered where workflows are made, with what came with them. An event is logged whether its name is known or not.',
  eventsFull: `${MOST_API_EVENTS} names are known, as many as are kept. The one not seen for longest that no workflow uses makes room for a new one.`,
  forgetting:
    'Its name and the types of its properties are forgotten, and learned anew when it comes again. Events in the log and workflows stay.',
};
