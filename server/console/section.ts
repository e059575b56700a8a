/** What every section of the console is given. */
import type { RequestHandler } from 'express';
import { listUserGroups } from '../audience/list-contacts';
import type { Context } from '../context';
import { tenantKey, type Tenant } from '../db/tenant';
import type { TimeRange } from '../db/day-range';
import { checkForm } from '../installs/session-middleware';
import { createMemory } from '../memory';
import { readResults, type WorkflowResults } from '../workflows/results';
import type { Uncounted } from '../workflows/read-workflows';
import { COUNTED_MS, isMuch } from './remembered';

export interface SectionParts {
  /** Middleware of every POST: checks origin and CSRF token. */
  form: readonly RequestHandler[];
  /** The groups in use, for filters and suggestions; may lag some seconds behind. */
  userGroups(tenant: Tenant): Promise<string[]>;
  /** What the workflow did then, remembered where it is much. */
  results(tenant: Tenant, workflow: Uncounted, range: TimeRange): Promise<WorkflowResults>;
}

const USER_GROUPS_MS = 15_000;

export function createSectionParts(ctx: Context): SectionParts {
  const groups = createMemory<string[]>(USER_GROUPS_MS);
  const results = createMemory<WorkflowResults>(COUNTED_MS, isMuchOf);
  return {
    form: checkForm(ctx),
    userGroups: (tenant) => groups(tenantKey(tenant), ctx.clock.now(), () => listUserGroups(ctx.db, tenant)),
    results: (tenant, workflow, range) =>
      results([tenantKey(tenant), workflow.id, workflow.revision, range.since].join(' '), ctx.clock.now(), () =>
        readResults(ctx.db, tenant, workflow, range),
      ),
  };
}

export const isMuchOf = ({ runs, emails }: WorkflowResults): boolean => isMuch(runs.all + emails.all);
