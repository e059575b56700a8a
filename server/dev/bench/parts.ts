/** The parts of the benchmark, by name. */
import type { Bench } from './bench';
import { measureClaims } from './claims';
import { measureAccounts, measureConnections, measureEndToEnd, measurePostgres } from './end-to-end';
import type { Figure } from './figure';
import { measureIngest } from './ingest';
import { measureLarge } from './large';
import { measureLatency } from './latency';
import { measureLists } from './lists';
import { measureMail } from './mail';
import { measureMemory } from './memory';
import { measureMove } from './move';
import { measureProcess } from './process';
import { measureRehearsal } from './rehearsal';
import { measureSlowDisk } from './slow-disk';
import type { Options } from './options';
import { measureWaiting } from './waiting';

export interface Part {
  title: string;
  measure(bench: Bench): Promise<Figure[]>;
}

export const PARTS = {
  ingest: {
    title: 'Ingest: verified, durable, answered 200 (SQLite, synchronous=FULL)',
    measure: measureIngest,
  },
  'slow-disk': { title: 'Ingest on a disk that syncs in 4 ms (SQLite)', measure: measureSlowDisk },
  'end-to-end': {
    title: 'End to end, each event a new customer: until contact, outcome and runs are committed',
    measure: measureEndToEnd,
  },
  accounts: { title: 'End to end with 40 accounts', measure: measureAccounts },
  connections: { title: 'End to end with 16, 64 and 256 connections', measure: measureConnections },
  latency: { title: 'Acknowledgements at a constant 300 requests a second', measure: measureLatency },
  postgres: { title: 'End to end on PostgreSQL with invoices', measure: measurePostgres },
  process: { title: 'The process', measure: measureProcess },
  mail: { title: 'From events to mails', measure: measureMail },
  waiting: { title: 'Runs that wait', measure: measureWaiting },
  claims: {
    title: 'Finding work: 10,000 installs with 100,000 runs that wait, and one with 100,000 that are due',
    measure: measureClaims,
  },
  lists: {
    title:
      'The console’s pages with 1,000,000 events, 200,000 contacts, 500,000 emails and 100,000 runs (fewer when quick)',
    measure: measureLists,
  },
  rehearsal: { title: 'A rehearsal over 200,000 events of 90 days (fewer when quick)', measure: measureRehearsal },
  large: { title: 'End to end with millions of events already there', measure: measureLarge },
  memory: { title: 'Memory after many events', measure: measureMemory },
  move: {
    title: 'Moving 1,000,000 whole events and 100,000 contacts to the other engine and back (fewer when quick)',
    measure: measureMove,
  },
} satisfies Record<string, Part>;

type PartName = keyof typeof PARTS;
export const isPartName = (name: string): name is PartName => name in PARTS;

/** They take many minutes, and gigabytes of disk. */
const ONLY_BY_NAME: readonly PartName[] = ['large', 'memory', 'move'];
const QUICK: readonly PartName[] = ['end-to-end', 'slow-disk'];

export function partsOf({ parts, isQuick }: Options): PartName[] {
  if (parts.length > 0) return parts.filter(isPartName);
  if (isQuick) return [...QUICK];
  return Object.keys(PARTS).filter((name): name is PartName => isPartName(name) && !ONLY_BY_NAME.includes(name));
}
