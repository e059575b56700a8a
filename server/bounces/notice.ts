/** What a provider posts, and what its reader has to say of it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { parseCleanJson } from '../clean-text';
import type { Context } from '../context';
import type { Report } from '../emails/reports';
import { AppError } from '../errors';

export interface Notice {
  headers: IncomingHttpHeaders;
  /** As it came: signatures are of it. */
  body: string;
}

type ReaderContext = Pick<Context, 'clock' | 'config' | 'log'>;

/** Reads what is proven to be the provider's. Throws AppError `unauthorized`, or `invalid_request` for what is no JSON. */
export type Reader = (notice: Notice, ctx: ReaderContext) => Report[] | Promise<Report[]>;

export const forged = (message: string) => new AppError('unauthorized', message);

export function parseBody(body: string): unknown {
  try {
    return parseCleanJson(body).value;
  } catch {
    throw new AppError('invalid_request', 'The body is not JSON.');
  }
}

/** Undefined for what has another form: providers report more than what concerns us, and add to it. */
export const readAs = <T extends z.ZodType>(form: T, value: unknown): z.output<T> | undefined =>
  form.safeParse(value).data;

export const headerOf = ({ headers }: Notice, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

/** Epoch milliseconds of an ISO time; NaN where it is none. */
export const timeOf = (iso: string | undefined): number => Date.parse(iso ?? '');

/** The words of a mail server with its code before them, which is what the suppression will say. */
export const wordsOf = (...parts: (string | number | null | undefined)[]): string => {
  const [first = '', ...rest] = parts.filter((part) => part !== null && part !== undefined && part !== '').map(String);
  return [first, ...rest.filter((part) => !first.includes(part))].join(' ');
};
