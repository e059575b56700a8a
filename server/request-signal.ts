/** Ends what nobody waits for any more. */
import type { EventEmitter } from 'node:events';
import { AppError } from './errors';

/** Aborted when the response closes, answered or not; its reason is an AppError that nobody reads. */
export function signalOf(response: EventEmitter): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort(new AppError('invalid_request', 'The request was broken off.')));
  return controller.signal;
}
