/** Every request of the API. The same schemas check requests, type the handlers and make the OpenAPI document. */
import type { z } from 'zod';
import { AUDIENCE_ENDPOINTS } from './audience-endpoints';
import { EMAIL_ENDPOINTS } from './email-endpoints';
import { LIST_ENDPOINTS } from './list-endpoints';

export const ENDPOINTS = { ...AUDIENCE_ENDPOINTS, ...EMAIL_ENDPOINTS, ...LIST_ENDPOINTS };

export type EndpointName = keyof typeof ENDPOINTS;
type Of<N extends EndpointName, Part extends 'query' | 'body'> = (typeof ENDPOINTS)[N] extends {
  [P in Part]: infer S extends z.ZodType;
}
  ? z.infer<S>
  : undefined;

/** What a request was read into. */
export interface Asked<N extends EndpointName> {
  query: Of<N, 'query'>;
  body: Of<N, 'body'>;
  /** Of the path; '' where it has none. */
  id: string;
  idempotencyKey: string | undefined;
}
export type Answer<N extends EndpointName> = z.input<(typeof ENDPOINTS)[N]['answer']>;
