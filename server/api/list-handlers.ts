/** Lists of what is kept, newest first, as the Dashboard's views have them. */
import { findContact } from '../audience/contacts';
import { listContacts } from '../audience/list-contacts';
import { checkStart } from '../db/page';
import { findEmail } from '../emails/emails';
import { listEmails } from '../emails/list-emails';
import { listEvents } from '../events/events';
import { listRuns } from '../workflows/list-runs';
import { findRun } from '../workflows/runs';
import { findWorkflow, listWorkflows } from '../workflows/read-workflows';
import type { LIST_ENDPOINTS } from './list-endpoints';
import type { Handlers } from './handler';

export const LIST_HANDLERS: Handlers<keyof typeof LIST_ENDPOINTS> = {
  listContacts: async ({ db }, tenant, { query }) => {
    await checkStart(query, 'contact', (id) => findContact(db, tenant, id));
    return listContacts(db, tenant, query);
  },
  // Checks what it starts after itself.
  listEvents: async ({ db }, tenant, { query }) => listEvents(db, tenant, query),
  listEmails: async ({ db }, tenant, { query }) => {
    await checkStart(query, 'email', (id) => findEmail(db, tenant, id));
    return listEmails(db, tenant, query);
  },
  listWorkflows: async ({ db }, tenant, { query }) => {
    await checkStart(query, 'workflow', (id) => findWorkflow(db, tenant, id));
    return listWorkflows(db, tenant, query);
  },
  listRuns: async ({ db }, tenant, { query }) => {
    await checkStart(query, 'run', (id) => findRun(db, tenant, id));
    return listRuns(db, tenant, query);
  },
};
