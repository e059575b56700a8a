import { accountObject } from '../account';
import { get, type Route } from '../route';
import { noSuch } from '../stripe-error';

export const accountRoutes: Route[] = [
  get('/v1/account', null, ({ tenant }) => accountObject(tenant.account)),
  get('/v1/accounts/:id', null, ({ tenant, id }) => {
    if (id !== tenant.account.id) throw noSuch('account', id);
    return accountObject(tenant.account);
  }),
];
