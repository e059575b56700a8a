/** Reads ids, query parameters and form fields from requests; nothing in them is trusted. */
import type { Request } from 'express';
import { cleanText } from '../clean-text';
import { AppError } from '../errors';

export const PAGE_SIZE = 25;
/** Of long lists, such as the log: with more than this their number no longer matters. */
export const MOST_COUNTED = 10_000;

const ID = /^[\w.-]{1,255}$/;

/** An id from the path. Throws not_found for a malformed one, as for an id of another install. */
export function idOf(req: Request, name = 'id'): string {
  const id = req.params[name];
  if (typeof id !== 'string' || !ID.test(id)) throw new AppError('not_found', 'There is no such page.');
  return id;
}

/** The parameters of a list, trimmed; empty, repeated and overlong ones are left out. */
export function queryOf<Name extends string>(req: Request, names: readonly Name[]): Partial<Record<Name, string>> {
  const known = names.flatMap((name) => {
    const value = req.query[name];
    const text = typeof value === 'string' ? cleanText(value).trim() : '';
    return text !== '' && text.length <= 255 ? [[name, text] as const] : [];
  });
  return Object.fromEntries(known) as Partial<Record<Name, string>>;
}

export type Form = Readonly<Record<string, unknown>>;

export const formOf = (req: Request): Form => {
  const form = (req.body ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => [name, typeof value === 'string' ? cleanText(value) : value]),
  );
};

export const textIn = (form: Form, name: string): string => {
  const value = form[name];
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : '';
};

/** Throws not_found for undefined. */
export function getFound<T>(value: T | undefined): T {
  if (value === undefined) throw new AppError('not_found', 'There is no such page.');
  return value;
}
