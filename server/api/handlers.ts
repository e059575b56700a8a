/** What each request of the API does: the same functions as the console and the Dashboard's views. */
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { AUDIENCE_HANDLERS } from './audience-handlers';
import type { Answer, Asked, EndpointName } from './endpoints';

export type Handler<N extends EndpointName> = (ctx: Context, tenant: Tenant, asked: Asked<N>) => Promise<Answer<N>>;
export type Handlers<N extends EndpointName> = { [One in N]: Handler<One> };

export const HANDLERS: Handlers<EndpointName> = { ...AUDIENCE_HANDLERS };
