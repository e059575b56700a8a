/** How a request of the API is said: what it takes, what it answers, and how it is described. */
import { z } from 'zod';
import type { ApiScope } from '../../shared/api-keys';

export interface Endpoint {
  method: 'get' | 'post' | 'put' | 'delete';
  /** Below /api/v1, as in OpenAPI: `/things/{id}`. */
  path: string;
  tag: 'Contacts' | 'Mailing lists' | 'Events' | 'Emails' | 'Workflows' | 'Key';
  summary: string;
  description?: string;
  /** What a key needs. */
  scope: ApiScope;
  /** Whose shape an error has. */
  errors: 'loops' | 'own';
  query?: z.ZodType;
  body?: z.ZodType;
  answer: z.ZodType;
  /** What it may refuse with, beside what all do. */
  refusals?: readonly (404 | 409)[];
  /** Takes an Idempotency-Key. */
  isIdempotent?: true;
}

/** What Loops' routes answer. */
export const success = z.object({ success: z.literal(true) });
