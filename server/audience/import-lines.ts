/** Lines of a file of contacts: which columns mean what, and what can be imported. Pure. */
import { CONTACT_STATUSES, type ContactStatus } from '../../shared/api';
import { oneOf } from '../../shared/one-of';
import { userGroupSchema } from '../../shared/user-group';
import { parseEmail } from './address';
import { cleanName, splitName } from './name';

/** Null: the file says nothing of it, and what is known stays. */
export interface ImportLine {
  line: number;
  email: string;
  first_name: string | null;
  last_name: string | null;
  user_group: string | null;
  status: ContactStatus | null;
}

export interface RefusedLine {
  line: number;
  reason: RefusalReason;
}

export type RefusalReason = 'unreadable' | 'no_email' | 'invalid_email' | 'repeated' | 'group' | 'status';

const COLUMNS = ['email', 'first_name', 'last_name', 'name', 'user_group', 'status'] as const;
export type ImportColumn = (typeof COLUMNS)[number];

/** Folded, without spaces and marks: as our own export, Stripe's, and other programs call them. */
const NAMES: Record<ImportColumn, readonly string[]> = {
  email: ['email', 'emailaddress', 'mail', 'customeremail'],
  first_name: ['firstname', 'givenname', 'forename'],
  last_name: ['lastname', 'surname', 'familyname'],
  name: ['name', 'fullname', 'customername'],
  user_group: ['usergroup', 'group'],
  status: ['status', 'subscriptionstate'],
};

/** The place of each column in the file, and the names that mean nothing to us. */
export interface ImportHead {
  places: Partial<Record<ImportColumn, number>>;
  ignored: string[];
}

export function readHead(names: readonly string[]): ImportHead {
  const head: ImportHead = { places: {}, ignored: [] };
  names.forEach((name, place) => {
    const folded = name.toLowerCase().replace(/[\s_.-]/g, '');
    const column = COLUMNS.find((one) => NAMES[one].includes(folded) && head.places[one] === undefined);
    if (column) head.places[column] = place;
    else if (name !== '') head.ignored.push(name.slice(0, 100));
  });
  return head;
}

/** `isKnown` says whether the address stood in the file before. */
export function readLine(
  { places }: ImportHead,
  { line, fields }: { line: number; fields: readonly string[] | null },
  isKnown: (email: string) => boolean,
): ImportLine | RefusedLine {
  if (fields === null) return { line, reason: 'unreadable' };
  const cell = (column: ImportColumn) => {
    const place = places[column];
    // What our export marked as text for spreadsheets.
    return (place === undefined ? '' : (fields[place] ?? '')).replace(/^'(?=[=+\-@])/, '');
  };
  const address = parseEmail(cell('email'));
  if (address.kind === 'none') return { line, reason: 'no_email' };
  if (address.kind === 'invalid') return { line, reason: 'invalid_email' };
  const group = userGroupSchema.safeParse(cell('user_group'));
  if (!group.success) return { line, reason: 'group' };
  const typed = cell('status').toLowerCase().replace(/[\s-]/g, '_');
  const status = oneOf(CONTACT_STATUSES, typed) ?? null;
  if (typed !== '' && status === null) return { line, reason: 'status' };
  if (isKnown(address.email)) return { line, reason: 'repeated' };
  const whole = splitName(cell('name'));
  return {
    line,
    email: address.email,
    first_name: cleanName(cell('first_name')) ?? whole?.firstName ?? null,
    last_name: cleanName(cell('last_name')) ?? (cell('first_name') === '' ? (whole?.lastName ?? null) : null),
    user_group: group.data,
    status,
  };
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
  /** They chose to get no marketing once: nobody else subscribes them. */
  hasLeft: boolean;
}

export type ImportedFields = Partial<Pick<KnownContact, 'status' | 'first_name' | 'last_name' | 'user_group'>>;

/** What the line changes: all that differs; nothing, where all is so already. */
export function compareLine(line: ImportLine, known: KnownContact, consent: ImportConsent): ImportedFields {
  const fields: ImportedFields = {};
  for (const name of ['first_name', 'last_name', 'user_group'] as const)
    if (line[name] !== null && line[name] !== known[name]) fields[name] = line[name];
  const status = statusAfter(line, known, consent);
  if (status !== known.status) fields.status = status;
  return fields;
}

/** The file may say that somebody left, or wants no marketing. Who has left stays so. */
function statusAfter(line: ImportLine, { status, hasLeft }: KnownContact, consent: ImportConsent): ContactStatus {
  if (status === 'unsubscribed' || line.status === 'unsubscribed') return 'unsubscribed';
  return consent === 'agreed' && line.status !== 'transactional_only' && !hasLeft ? 'subscribed' : status;
}

/** Of somebody new; who had unsubscribed before a deletion stays so all the same. */
export function statusOfNew(line: Pick<ImportLine, 'status'>, consent: ImportConsent): ContactStatus {
  if (line.status === 'unsubscribed') return 'unsubscribed';
  return consent === 'agreed' && line.status !== 'transactional_only' ? 'subscribed' : 'transactional_only';
}
