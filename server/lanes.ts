/** Every queue of the loop, in the order of a tick. Made anew for each worker: lanes remember work under way. */
import { createEmailLane } from './emails/email-lane';
import { createHousekeepingLane } from './sync/housekeeping';
import { createImportLane } from './sync/import';
import { createInstallLane } from './sync/install-lane';
import { createEventLane } from './webhooks/event-lane';
import { createRecheckLane } from './webhooks/recheck-lane';
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
