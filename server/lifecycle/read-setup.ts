/** How far an install is set up: read from what there is, nothing of it is remembered. */
import type { Setup, SetupStatus } from '../../shared/words/setup';
import type { Context } from '../context';
import { tenantOf } from '../db/tenant';
import { hasMailed } from '../emails/list-emails';
import { readImport } from '../installs/import-job';
import { isConnected, type Install } from '../installs/installs';
import { readSettings } from '../settings/settings';
import { bestStatus } from '../workflows/workflow-names';

export async function readSetup({ db, transport }: Context, install: Install): Promise<Setup> {
  const tenant = tenantOf(install);
  const { events } = await readSettings(db, tenant);
  const done = (isDone: boolean): SetupStatus => (isDone ? 'complete' : 'not-started');
  return {
    connect: install.status === 'active' ? 'complete' : isConnected(install) ? 'in-progress' : 'not-started',
    events: done(Object.values(events).some(({ enabled }) => enabled)),
    import: describeImport((await readImport(db, tenant))?.status),
    sending: done(transport !== null),
    workflow: describeWorkflows(await bestStatus(db, tenant)),
    mail: done(await hasMailed(db, tenant)),
  };
}

function describeImport(status: 'running' | 'paused' | 'done' | 'failed' | undefined): SetupStatus {
  if (status === 'done') return 'complete';
  return status === undefined || status === 'failed' ? 'not-started' : 'in-progress';
}

const describeWorkflows = (status: string | null): SetupStatus =>
  status === null ? 'not-started' : status === 'active' ? 'complete' : 'in-progress';
