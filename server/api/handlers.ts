/** What each request of the API does: the same functions as the console and the Dashboard's views. */
import { AUDIENCE_HANDLERS } from './audience-handlers';
import type { EndpointName } from './endpoints';
import { EMAIL_HANDLERS } from './email-handlers';
import type { Handlers } from './handler';
import { LIST_HANDLERS } from './list-handlers';

export const HANDLERS: Handlers<EndpointName> = { ...AUDIENCE_HANDLERS, ...EMAIL_HANDLERS, ...LIST_HANDLERS };
