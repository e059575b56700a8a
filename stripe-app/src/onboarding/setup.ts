/** How far an install is set up. Every state comes from the backend, none is remembered here. */
import type { ImportProgress, Overview, WorkflowView } from '../../../shared/api';
import type { Settings } from '../../../shared/settings';
import { SETUP_TITLES } from '../../../shared/words/setup';

export type TaskKey = 'connect' | 'events' | 'import' | 'workflow';
type TaskStatus = 'not-started' | 'in-progress' | 'blocked' | 'complete';
export interface SetupTask {
  key: TaskKey;
  title: string;
  status: TaskStatus;
}

export interface Setup {
  overview: Overview;
  /** Both null until the account is connected. */
  settings: Settings | null;
  workflows: readonly WorkflowView[] | null;
}

export function listTasks({ overview, settings, workflows }: Setup): SetupTask[] {
  const whenConnected = (status: TaskStatus): TaskStatus => (overview.connected ? status : 'blocked');
  return [
    { key: 'connect', title: SETUP_TITLES.connect, status: describeConnection(overview) },
    { key: 'events', title: SETUP_TITLES.events, status: whenConnected(describeEvents(settings)) },
    { key: 'import', title: SETUP_TITLES.import, status: whenConnected(describeImport(overview.import)) },
    { key: 'workflow', title: SETUP_TITLES.workflow, status: whenConnected(describeWorkflows(workflows ?? [])) },
  ];
}

export const isComplete = (tasks: readonly SetupTask[]): boolean => tasks.every((task) => task.status === 'complete');

/** The first task that is left to do, or the last one when none is. */
export const nextTask = (tasks: readonly SetupTask[]): TaskKey =>
  tasks.find((task) => task.status !== 'complete')?.key ?? 'workflow';

function describeConnection({ connected, status }: Overview): TaskStatus {
  if (!connected) return 'not-started';
  return status === 'active' ? 'complete' : 'in-progress';
}

const describeEvents = (settings: Settings | null): TaskStatus =>
  settings && Object.values(settings.events).some((event) => event.enabled) ? 'complete' : 'not-started';

function describeImport(progress: ImportProgress | null): TaskStatus {
  switch (progress?.status) {
    case 'done':
      return 'complete';
    case 'running':
    case 'paused':
      return 'in-progress';
    case 'failed':
    case undefined:
      return 'not-started';
  }
}

function describeWorkflows(workflows: readonly WorkflowView[]): TaskStatus {
  if (workflows.some((workflow) => workflow.status === 'active')) return 'complete';
  return workflows.length > 0 ? 'in-progress' : 'not-started';
}
