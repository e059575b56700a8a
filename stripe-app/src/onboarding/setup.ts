/** The checklist as the Dashboard shows it: the console's, of the same steps. Every state comes from the backend. */
import type { Overview, WorkflowView } from '../../../shared/api';
import type { Settings } from '../../../shared/settings';
import {
  isOptional,
  OPTIONAL_LABEL,
  SETUP_STEPS,
  SETUP_TITLES,
  type SetupStatus,
  type SetupStep,
} from '../../../shared/words/setup';

interface SetupTask {
  key: SetupStep;
  title: string;
  status: SetupStatus | 'blocked';
}

export interface Setup {
  overview: Overview;
  /** Both null until the account is connected. */
  settings: Settings | null;
  workflows: readonly WorkflowView[] | null;
}

/** Before the account is connected nothing else can be done. */
export const listTasks = ({ connected, setup }: Overview): SetupTask[] =>
  SETUP_STEPS.map((key) => ({
    key,
    title: isOptional(key) ? `${SETUP_TITLES[key]} (${OPTIONAL_LABEL})` : SETUP_TITLES[key],
    status: connected || key === 'connect' ? setup[key] : 'blocked',
  }));

/** Those that are done in this view; the others are told of. */
const DONE_HERE: readonly SetupStep[] = ['connect', 'events', 'import', 'workflow'];

/** The first that is left to do here, or the last one when none is. */
export const nextTask = ({ setup }: Overview): SetupStep =>
  DONE_HERE.find((step) => setup[step] !== 'complete') ?? 'workflow';

/** Sending, and the first email, need others: what can be done in this view is done. */
export const isDoneHere = ({ setup }: Overview): boolean =>
  DONE_HERE.every((step) => isOptional(step) || setup[step] === 'complete');
