/** Every queue of the loop, in the order of a tick. Made anew for each worker: lanes remember work under way. */
import { createEmailLane } from './emails/email-lane';
import { createHousekeepingLane } from './lifecycle/housekeeping';
import { createImportLane } from './lifecycle/import';
import { createInstallLane } from './lifecycle/install-lane';
import { createEventLane } from './events/event-lane';
import { createRecheckLane } from './audience/recheck-lane';
import type { Lane } from './worker';
import { createRunLane } from './workflows/run-lane';

export const LANES = (): Lane[] => [
  createEventLane(),
  createRunLane(),
  createEmailLane(),
  createRecheckLane(),
  createImportLane(),
  createInstallLane(),
  createHousekeepingLane(),
];
