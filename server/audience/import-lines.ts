/** Lines of a file of contacts: which columns mean what, and what can be imported. Pure. */
import { CONTACT_STATUSES, type ContactStatus } from '../../shared/api';
import { readPropertyText, type ContactProperty, type ContactPropertyValue } from '../../shared/contact-properties';
import { oneOf } from '../../shared/one-of';
import { readYesNo } from '../../shared/yes-no';
import { userGroupSchema } from '../../shared/user-group';
import { parseEmail } from './address';
import { consentColumnOf, isAboutLeaving, type ConsentColumn } from './import-consent';
import { cleanName, splitName } from './name';

/** Null: the file says nothing of it, and what is known stays. */
export interface ImportLine {
  line: number;
  email: string;
  first_name: string | null;
  last_name: string | null;
  user_group: string | null;
  status: ContactStatus | null;
  /** The address takes no mail where the file comes from. */
  suppressed?: true;
  /** By name; those that the file says something of. */
  properties?: Record<string, ContactPropertyValue>;
}

export interface RefusedLine {
  line: number;
  reason: RefusalReason;
  /** The column's name, and what is expected of it. */
  column?: string;
  expected?: string;
}

/** What a refused line says, cell by cell. */
export interface RefusedText {
  line: number;
  fields: readonly string[];
}

type RefusalReason =
  'unreadable' | 'no_email' | 'invalid_email' | 'repeated' | 'group' | 'status' | 'consent' | 'property';

const COLUMNS = ['email', 'first_name', 'last_name', 'name', 'user_group'] as const;
type ImportColumn = (typeof COLUMNS)[number];

/** Folded, without spaces and marks: as our own export, Stripe's, and other programs call them. */
const NAMES: Record<ImportColumn, readonly string[]> = {
  email: ['email', 'emailaddress', 'mail', 'customeremail'],
  first_name: ['firstname', 'givenname', 'forename'],
  last_name: ['lastname', 'surname', 'familyname'],
  name: ['name', 'fullname', 'customername'],
  user_group: ['usergroup', 'group'],
};

interface Place {
  place: number;
  /** As the file calls it. */
  name: string;
}

/** The place of each column in the file, and those that mean nothing to us. */
export interface ImportHead {
  places: Partial<Record<ImportColumn, number>>;
  /** All that say who wants no marketing: whichever says so counts. */
  consent: readonly (Place & { means: ConsentColumn })[];
  properties: readonly (Place & { property: ContactProperty })[];
  ignored: readonly Place[];
  /** Of what isn't read as consent, what is called so. */
  doubtful: readonly string[];
}

const MOST_NAME_CHARACTERS = 100;
/** As our export calls a contact property. */
export const PROPERTY_PREFIX = 'properties.';

/** `known`: the contact properties there are. */
export function readHead(names: readonly string[], known: readonly ContactProperty[] = []): ImportHead {
  const places: Partial<Record<ImportColumn, number>> = {};
  const consent: (Place & { means: ConsentColumn })[] = [];
  const properties: (Place & { property: ContactProperty })[] = [];
  const ignored: Place[] = [];
  const doubtful: string[] = [];
  names.forEach((whole, place) => {
    const name = whole.slice(0, MOST_NAME_CHARACTERS);
    const folded = whole.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
    const column = COLUMNS.find((one) => NAMES[one].includes(folded) && places[one] === undefined);
    if (column) return void (places[column] = place);
    const means = consentColumnOf(folded);
    if (means) return consent.push({ place, name, means });
    if (isAboutLeaving(folded) && !whole.startsWith(PROPERTY_PREFIX)) doubtful.push(name);
    const property = known.find((one) => one.name === whole || `${PROPERTY_PREFIX}${one.name}` === whole);
    if (property && !properties.some((one) => one.property === property))
      return properties.push({ place, name, property });
    if (whole !== '') ignored.push({ place, name });
  });
  return { places, consent, properties, ignored, doubtful };
}

/** `isKnown` says whether the address stood in the file before. */
export function readLine(
  { places, consent, properties }: ImportHead,
  { line, fields }: { line: number; fields: readonly string[] | null },
  isKnown: (email: string) => boolean,
): ImportLine | RefusedLine {
  if (fields === null) return { line, reason: 'unreadable' };
  const at = (place: number | undefined) => (place === undefined ? '' : asWritten(fields[place] ?? ''));
  const cell = (column: ImportColumn) => at(places[column]);
  const address = parseEmail(cell('email'));
  const refuse = (reason: RefusalReason, words: Pick<RefusedLine, 'column' | 'expected'> = {}): RefusedLine => ({
    line,
    reason,
    ...words,
  });
  if (address.kind === 'none') return refuse('no_email');
  if (address.kind === 'invalid') return refuse('invalid_email');
  const group = userGroupSchema.safeParse(cell('user_group'));
  if (!group.success) return refuse('group');
  const said: Said[] = [];
  for (const { place, name, means } of consent) {
    const one = readConsent(means, at(place));
    if (one === undefined) return refuse(means === 'status' ? 'status' : 'consent', { column: name });
    said.push(one);
  }
  const values: Record<string, ContactPropertyValue> = {};
  for (const { place, name, property } of properties) {
    if (at(place) === '') continue;
    const read = readPropertyText(property.type, at(place));
    if ('expected' in read) return refuse('property', { column: name, expected: read.expected });
    values[property.name] = read.value;
  }
  if (isKnown(address.email)) return refuse('repeated');
  const whole = splitName(cell('name'));
  return {
    line,
    email: address.email,
    first_name: cleanName(cell('first_name')) ?? whole?.firstName ?? null,
    last_name: cleanName(cell('last_name')) ?? (cell('first_name') === '' ? (whole?.lastName ?? null) : null),
    user_group: group.data,
    status: CAUTIOUS.find((status) => said.includes(status)) ?? null,
    ...(said.includes('suppressed') ? { suppressed: true } : {}),
    ...(Object.keys(values).length > 0 ? { properties: values } : {}),
  };
}

/** Without what our export marked as text for spreadsheets (console/csv.ts). */
const asWritten = (text: string): string => text.replace(/(^|[;\t\r\n])'(?=\s*[=+\-@＝＋－＠])/g, '$1');

/** What one column says; null: nothing. */
type Said = ContactStatus | 'suppressed' | null;

/** Of columns that contradict one another the first of these counts. */
const CAUTIOUS = ['unsubscribed', 'transactional_only', 'subscribed'] as const;

/** Undefined: it can't be understood. */
function readConsent(means: ConsentColumn, text: string): Said | undefined {
  if (text === '') return null;
  if (means === 'status') return oneOf(CONTACT_STATUSES, text.toLowerCase().replace(/[\s-]/g, '_'));
  const isSo = readYesNo(text);
  if (isSo === undefined) return undefined;
  if (means === 'subscribed') return isSo ? 'subscribed' : 'unsubscribed';
  return isSo ? means : null;
}

export const isRefused = (line: ImportLine | RefusedLine): line is RefusedLine => 'reason' in line;

/** What the merchant said of the people in the file. */
export type ImportConsent = 'agreed' | 'transactional';

/** What is known of the contact with a line's address. */
export interface KnownContact {
  status: ContactStatus;
  first_name: string | null;
  last_name: string | null;
  user_group: string | null;
  properties: Readonly<Record<string, ContactPropertyValue>>;
  /** They chose to get no marketing once: nobody else subscribes them. */
  hasLeft: boolean;
  /** Its address takes no mail here either. */
  isSuppressed: boolean;
}

export type ImportedFields = Partial<Pick<KnownContact, 'status' | 'first_name' | 'last_name' | 'user_group'>> & {
  /** Those that differ. */
  properties?: Record<string, ContactPropertyValue>;
};

/** What the line changes: all that differs; nothing, where all is so already. */
export function compareLine(line: ImportLine, known: KnownContact, consent: ImportConsent): ImportedFields {
  const fields: ImportedFields = {};
  for (const name of ['first_name', 'last_name', 'user_group'] as const)
    if (line[name] !== null && line[name] !== known[name]) fields[name] = line[name];
  const status = statusAfter(line, known, consent);
  if (status !== known.status) fields.status = status;
  const properties = Object.entries(line.properties ?? {}).filter(([name, value]) => known.properties[name] !== value);
  if (properties.length > 0) fields.properties = Object.fromEntries(properties);
  return fields;
}

/** The file may say that somebody left, or wants no marketing. Who has left stays so. */
function statusAfter(line: ImportLine, known: KnownContact, consent: ImportConsent): ContactStatus {
  const { status, hasLeft, isSuppressed } = known;
  // What is suppressed here as well, and still subscribed, comes back with our own export as it was.
  const isOut = line.status === 'unsubscribed' || (line.suppressed === true && !isSuppressed);
  if (status === 'unsubscribed' || isOut) return 'unsubscribed';
  return mayBeSubscribed(line, consent) && !hasLeft ? 'subscribed' : status;
}

/** Of somebody new; who had unsubscribed before a deletion stays so all the same. */
export function statusOfNew(line: Pick<ImportLine, 'status' | 'suppressed'>, consent: ImportConsent): ContactStatus {
  if (line.status === 'unsubscribed' || line.suppressed) return 'unsubscribed';
  return mayBeSubscribed(line, consent) ? 'subscribed' : 'transactional_only';
}

/** A suppressed one is left as it is. */
const mayBeSubscribed = ({ status, suppressed }: Pick<ImportLine, 'status' | 'suppressed'>, consent: ImportConsent) =>
  consent === 'agreed' && status !== 'transactional_only' && !suppressed;
