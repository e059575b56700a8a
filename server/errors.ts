/** Errors that people or programs outside may read, and the one place that turns errors into HTTP statuses. */
import type { ErrorRequestHandler } from 'express';
import type { ZodError } from 'zod';
import type { Logger } from './log';
import type { ApiError } from '../shared/api';
import { capitalize } from '../shared/capitalize';

const STATUSES = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  scope: 403,
  not_found: 404,
  not_installed: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  unavailable: 503,
} as const;
export type ErrorCode = keyof typeof STATUSES;

/** An expected refusal: its message is for people and names what is expected. */
export class AppError extends Error {
  readonly status: number;
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly param?: string,
  ) {
    super(message);
    this.status = STATUSES[code];
  }
}

/** What is wrong, for beside the field: without its name. */
export const faultOf = ({ message }: AppError): string => capitalize(message.replace(/^\w+(?:\.\w+)*: /, ''));

/** The first fault of a value that a schema refused, as an AppError whose `param` is the path to the field. */
export function invalid(error: ZodError, prefix?: string): AppError {
  const issue = error.issues[0];
  const path = [...(prefix ? [prefix] : []), ...(issue?.path ?? [])].join('.');
  if (issue?.code === 'unrecognized_keys') {
    // Of a field that isn't there the param is what it was looked for in.
    const field = [...(path ? [path] : []), ...issue.keys.slice(0, 1)].join('.');
    return new AppError('invalid_request', `${field}: is not a field that is known here`, path || field);
  }
  const words = issue?.message ?? 'is not valid';
  return new AppError('invalid_request', path ? `${path}: ${words}` : words, path || undefined);
}

/** The response for any error: an AppError's own, for the body parser's errors by their status, for all others 500. */
export function describeError(error: unknown): { status: number; body: ApiError } {
  const known = asAppError(error);
  if (!known)
    return { status: 500, body: { error: { code: 'internal_error', message: 'Something went wrong on our side.' } } };
  const { code, message, param, status } = known;
  return { status, body: { error: { code, message, ...(param ? { param } : {}) } } };
}

function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  if (error.status === 413) return new AppError('too_large', 'The request body is too large.');
  if (error.status === 415)
    return new AppError('unsupported_media_type', 'The request body has an encoding that is not supported.');
  if (typeof error.status === 'number' && error.status >= 400 && error.status < 500)
    return new AppError('invalid_request', 'The request could not be read.');
  return undefined;
}

/** The last middleware of an API: responds in JSON, and logs what is our fault. The console has its own, with pages. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    const { status, body } = describeError(error);
    if (status >= 500) log.error({ err: error, method: req.method, path: req.path }, 'request failed');
    if (res.headersSent) return next(error);
    res.status(status).json(body);
  };
}
