/** What a table's rows come to: the same on both engines, whatever order they are read in. */
import { createHash } from 'node:crypto';

export type DatabaseRow = Readonly<Record<string, unknown>>;

export interface Sum {
  rows: number;
  /** SHA-256 of each row, added up modulo 2^256: engines order texts differently, a sum has no order. */
  value: bigint;
}

export const NO_ROWS: Sum = { rows: 0, value: 0n };
const MODULUS = 1n << 256n;

/** Throws for a value that not both engines could hold as it is. */
export function addRows(sum: Sum, rows: readonly DatabaseRow[]): Sum {
  let { value } = sum;
  for (const row of rows) value += hashRow(row);
  return { rows: sum.rows + rows.length, value: value % MODULUS };
}

/** Columns by name: in a database that grew by migrations they stand in another order. */
function hashRow(row: DatabaseRow): bigint {
  const values = Object.keys(row)
    .sort()
    .map((column) => canonical(column, row[column]));
  return BigInt(`0x${createHash('sha256').update(JSON.stringify(values)).digest('hex')}`);
}

function canonical(column: string, value: unknown): string | number | null {
  if (value === null || Number.isSafeInteger(value)) return value as number | null;
  if (typeof value !== 'string') throw new Error(`${column} is neither text nor a whole number below 2^53`);
  if (value.includes('\0')) throw new Error(`${column} has a NUL, which PostgreSQL can not hold`);
  return value;
}

export const sumText = ({ value }: Sum): string => value.toString(16).padStart(64, '0');

export const isSameSum = (a: Sum, b: Sum): boolean => a.rows === b.rows && a.value === b.value;
