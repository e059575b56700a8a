import type { Step } from '../../../shared/workflow';
import type { IconName } from '../components/icon';

export const STEP_ICONS: Record<Step['kind'], IconName> = {
  email: 'emails',
  wait: 'clock',
  filter: 'filter',
  branch: 'branch',
  update_contact: 'person',
  exit: 'exit',
};
