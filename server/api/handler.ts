import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import type { Answer, Asked, EndpointName } from './endpoints';

export type Handler<N extends EndpointName> = (ctx: Context, tenant: Tenant, asked: Asked<N>) => Promise<Answer<N>>;
export type Handlers<N extends EndpointName> = { [One in N]: Handler<One> };
