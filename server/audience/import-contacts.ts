/** A file of contacts: read and kept as parts, compared with what is known, and carried out a part at a time. */
import { setImmediate as breathe } from 'node:timers/promises';
import { MOST_IMPORTED_LINES } from '../../shared/limits';
import { newId } from '../db/new-id';
import { keyFor, selectByKeys } from '../db/keys';
import { insertNew } from '../db/bulk';
import type { Db, Row, Trx } from '../db/schema';
import { tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { groupBy } from '../group-by';
import type { TellingOfChanges } from './contact-changes';
import { listContactProperties, propertiesOf } from './contact-properties';
import { beginUpload, completeUpload, countUnderWay, deleteContactJob, insertPart } from './contact-jobs';
import { saysLeft } from './import-consent';
import {
  compareLine,
  isRefused,
  readHead,
  readLine,
  statusOfNew,
  type ImportConsent,
  type ImportedFields,
  type ImportLine,
  type RefusedLine,
  type RefusedText,
} from './import-lines';
import { loadAudiences } from './load';
import { findWhoMayJoin, joinList } from './mailing-lists';
import { decodeCsv, delimiterOf, readCsv } from './read-csv';
import { saveAudiences } from './save';
import { snapshotStamp } from './stamp';
import { findSuppressions } from './suppressions';

/** Lines of one part: one transaction when they are carried out. */
const PART_LINES = 500;
/** Of one install, not ended. */
const MOST_JOBS = 10;
/** That the file of refused lines names. */
const MOST_COLUMNS = 200;

const refuse = (message: string) => new AppError('invalid_request', `file: ${message}`, 'file');

interface ImportChoice {
  consent: ImportConsent;
  /** The mailing list that they are put on. */
  list?: string | undefined;
}

/**
 * Reads the file and keeps it, to be compared by the queue. Returns the job's id. Throws invalid_request naming what is
 * expected: nothing is kept then. `now` in epoch milliseconds.
 */
export async function uploadContacts(
  db: Db,
  tenant: Tenant,
  { bytes, consent, list }: { bytes: Buffer } & ImportChoice,
  now: number,
): Promise<string> {
  if (bytes.length === 0) throw refuse('choose a CSV file, or paste its lines');
  if ((await countUnderWay(db, tenant)) >= MOST_JOBS)
    throw refuse('other imports wait to be confirmed or are under way; finish or cancel them first');
  const text = decode(bytes);
  const records = readCsv(text, delimiterOf(text));
  const first = records.next();
  const names = (first.done ? null : first.value.fields) ?? [];
  const head = readHead(names, await listContactProperties(db, tenant));
  if (head.places.email === undefined)
    throw refuse('its first line must name the columns, and one of them must be “email”');

  const id = await beginUpload(db, tenant, { consent }, now);
  try {
    const seen = new Set<string>();
    const isKnown = (email: string) => seen.size === seen.add(email).size;
    const count = { total: 0, refused: 0 };
    const doubtful = new Set(head.doubtful);
    let part = emptyPart(0);
    const store = async () => {
      await insertPart(db, tenant, id, part);
      count.refused += part.refused.length;
      part = emptyPart(part.n + 1);
      await breathe();
    };
    for (const record of records) {
      count.total += 1;
      if (count.total > MOST_IMPORTED_LINES)
        throw refuse(`must have at most ${MOST_IMPORTED_LINES.toLocaleString('en-US')} lines`);
      for (const { place, name } of head.ignored) if (saysLeft(record.fields?.[place] ?? '')) doubtful.add(name);
      const line = readLine(head, record, isKnown);
      if (isRefused(line)) {
        part.refused.push(line);
        part.refusedTexts.push({ line: line.line, fields: record.fields ?? [record.text] });
      } else part.lines.push(line);
      if (part.lines.length + part.refused.length === PART_LINES) await store();
    }
    if (part.lines.length + part.refused.length > 0) await store();
    if (count.total === 0) throw refuse('has no line besides the names of the columns');
    const columns = names.slice(0, MOST_COLUMNS).map((name) => name.slice(0, 100));
    const ignored = head.ignored.slice(0, 50).map(({ name }) => name);
    const kept = { columns, ignored, doubtful: [...doubtful].slice(0, 50), ...(list ? { list } : {}) };
    await completeUpload(db, tenant, id, { ...count, consent, ...kept }, now);
  } catch (error) {
    await transact(db, (trx) => deleteContactJob(trx, tenant, id));
    throw error;
  }
  return id;
}

const emptyPart = (n: number) => ({
  n,
  lines: [] as ImportLine[],
  refused: [] as RefusedLine[],
  refusedTexts: [] as RefusedText[],
});

function decode(bytes: Buffer): string {
  try {
    return decodeCsv(bytes);
  } catch {
    throw refuse('this is a spreadsheet; save it as CSV first');
  }
}

/** A line with what it would do. */
export type ComparedLine = { line: ImportLine; isJoining: boolean } & (
  | { kind: 'new'; status: Row<'contact'>['status'] }
  | { kind: 'changed'; contact: Row<'contact'>; fields: ImportedFields }
  | { kind: 'unchanged'; contact: Row<'contact'> }
);

/** In the order of the lines; 500 at most. */
export async function compareLines(
  db: Db,
  tenant: Tenant,
  lines: readonly ImportLine[],
  { consent = 'transactional', list }: Partial<ImportChoice>,
): Promise<ComparedLine[]> {
  if (lines.length === 0) return [];
  const own = tenantColumns(tenant);
  const emails = lines.map(({ email }) => email);
  const contacts = await selectByKeys(
    db,
    'contact',
    'email',
    emails.map((email) => keyFor(own, email)),
  );
  const byEmail = new Map(contacts.map((contact) => [contact.email, contact]));
  const suppressions = await findSuppressions(db, tenant, emails);
  const changes = await selectByKeys(
    db,
    'consent_change',
    'contact_id',
    contacts.filter(({ status }) => status === 'transactional_only').map(({ id }) => keyFor(own, id)),
  );
  const changesOf = groupBy(changes, ({ contact_id }) => contact_id);
  const hasLeft = ({ id, status, email }: Row<'contact'>): boolean =>
    status === 'unsubscribed' ||
    suppressions.get(email)?.hasLeft === true ||
    (changesOf.get(id) ?? []).some((change) => change.status !== 'subscribed');
  const mayJoin = await findWhoMayJoin(db, tenant, list, { emails, contacts });
  return lines.map((line) => {
    const contact = byEmail.get(line.email);
    if (!contact) {
      const isSuppressed = suppressions.get(line.email)?.hasLeft;
      const status = isSuppressed ? 'unsubscribed' : statusOfNew(line, consent);
      return { kind: 'new', line, status, isJoining: status === 'subscribed' && mayJoin(line.email) };
    }
    const known = {
      ...{ ...contact, properties: propertiesOf(contact), hasLeft: hasLeft(contact) },
      isSuppressed: suppressions.has(contact.email),
    };
    const fields = compareLine(line, known, consent);
    const isJoining = (fields.status ?? contact.status) === 'subscribed' && mayJoin(line.email);
    return Object.keys(fields).length > 0 || isJoining
      ? { kind: 'changed', line, contact, fields, isJoining }
      : { kind: 'unchanged', line, contact, isJoining };
  });
}

/** Carries lines out; returns how many did what. */
export async function importLines(
  trx: Trx,
  tenant: Tenant,
  lines: readonly ImportLine[],
  { source, ...choice }: { source: string } & Partial<ImportChoice>,
  telling: TellingOfChanges,
): Promise<Record<ComparedLine['kind'], number>> {
  const { now } = telling;
  const counts = { new: 0, changed: 0, unchanged: 0 };
  if (lines.length === 0) return counts;
  const emails = lines.map(({ email }) => email);
  const audience = (await loadAudiences(trx, [{ tenant, customerIds: [], emails }], now)).get(tenantKey(tenant));
  if (!audience) return counts;
  const stamp = snapshotStamp(now);
  const notes: { contact_id: string; status: Row<'contact'>['status'] }[] = [];
  const joining: string[] = [];
  for (const one of await compareLines(trx, tenant, lines, choice)) {
    counts[one.kind] += 1;
    if (one.kind === 'unchanged') continue;
    const contact =
      one.kind === 'new'
        ? audience.create(one.line.email, one.status, source)
        : audience.contactByEmail(one.line.email);
    if (!contact) continue;
    const { properties, ...fields } = one.kind === 'new' ? fieldsOf(one.line) : one.fields;
    const isNamed = fields.first_name !== undefined || fields.last_name !== undefined;
    audience.update(contact, {
      ...fields,
      ...(isNamed ? { name_stamp: stamp } : {}),
      ...(properties ? { properties: JSON.stringify({ ...propertiesOf(contact), ...properties }) } : {}),
    });
    if (one.kind === 'changed' && one.fields.status) notes.push({ contact_id: contact.id, status: one.fields.status });
    if (one.isJoining) joining.push(contact.id);
  }
  await saveAudiences(trx, [audience], telling);
  if (choice.list) await joinList(trx, tenant, choice.list, joining, now);
  await insertNew(
    trx,
    'consent_change',
    notes.map((note) => ({
      id: newId('cns', now),
      at: now,
      cause: 'merchant' as const,
      email_id: null,
      ...note,
      ...tenantColumns(tenant),
    })),
  );
  return counts;
}

/** What the line says of them. */
const fieldsOf = ({ first_name, last_name, user_group, properties }: ImportLine): ImportedFields => ({
  ...(first_name === null ? {} : { first_name }),
  ...(last_name === null ? {} : { last_name }),
  ...(user_group === null ? {} : { user_group }),
  ...(properties ? { properties } : {}),
});
