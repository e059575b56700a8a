/** How far an install is set up: read from what there is, nothing of it is remembered. */
import { SETUP_TITLES, type SetupStatus, type SetupStep } from '../../../shared/words/setup';
import type { Context } from '../../context';
import { tenantOf } from '../../db/tenant';
import { hasMailed } from '../../emails/list-emails';
import { readImport } from '../../installs/import-job';
import type { Install } from '../../installs/installs';
import { readSettings } from '../../settings/settings';
import { bestStatus } from '../../workflows/workflow-names';

export type Setup = Record<SetupStep, SetupStatus>;

export const SETUP_STEPS = Object.keys(SETUP_TITLES) as SetupStep[];

export const isComplete = (setup: Setup): boolean => SETUP_STEPS.every((step) => setup[step] === 'complete');

/** Null once somebody has closed it. */
export async function readSetup({ db, transport }: Context, install: Install): Promise<Setup | null> {
  if (install.checklist_closed_at !== null) return null;
  const tenant = tenantOf(install);
  const { events } = await readSettings(db, tenant);
  const done = (isDone: boolean): SetupStatus => (isDone ? 'complete' : 'not-started');
  return {
    connect: install.status === 'active' ? 'complete' : 'in-progress',
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
