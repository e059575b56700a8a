/** The parts of the benchmark, by name. */
import { measureClaims } from './claims';
import { measureEndToEnd, measurePostgres } from './end-to-end';
import type { Figure } from './figure';
import { measureIngest } from './ingest';
import { measureLarge } from './large';
import { measureLists } from './lists';
import { measureMail } from './mail';
import { measureProcess } from './process';
import { measureWaiting } from './waiting';

export interface Part {
  title: string;
  /** `folder` is for files that may go away afterwards. */
  measure(folder: string): Promise<Figure[]>;
}

export const PARTS = {
  ingest: {
    title: 'Ingest: verified, durable, answered 200 (SQLite, synchronous=FULL, concurrency 64, median of 5)',
    measure: measureIngest,
  },
  'end-to-end': {
    title: 'End to end on SQLite: until contact, outcome and runs are committed',
    measure: measureEndToEnd,
  },
  postgres: { title: 'End to end on PostgreSQL, one process', measure: measurePostgres },
  process: { title: 'The process', measure: measureProcess },
  mail: { title: 'From the event to the mail, light load', measure: measureMail },
  waiting: { title: 'Runs that wait', measure: measureWaiting },
  claims: {
    title: 'Finding work: 10,000 installs with 100,000 runs that wait, and one with 100,000 that are due',
    measure: measureClaims,
  },
  lists: { title: 'The console’s lists with 1,000,000 events and 200,000 contacts (SQLite)', measure: measureLists },
  large: { title: 'End to end with 5,000,000 events and 500,000 contacts already there', measure: measureLarge },
} satisfies Record<string, Part>;
