/** What every section of the console is given. */
import type { RequestHandler } from 'express';
import { listUserGroups } from '../audience/contacts';
import type { Context } from '../context';
import { tenantKey, type Tenant } from '../db/tenant';
import { checkForm } from '../installs/session-middleware';
import { createMemory } from '../memory';

export interface SectionParts {
  /** Middleware of every POST: checks origin and CSRF token. */
  form: readonly RequestHandler[];
  /** The groups in use, for filters and suggestions; may lag some seconds behind. */
  userGroups(tenant: Tenant): Promise<string[]>;
}

const USER_GROUPS_MS = 15_000;

export function createSectionParts(ctx: Context): SectionParts {
  const groups = createMemory<string[]>(USER_GROUPS_MS);
  return {
    form: checkForm(ctx),
    userGroups: (tenant) => groups(tenantKey(tenant), ctx.clock.now(), () => listUserGroups(ctx.db, tenant)),
  };
}
