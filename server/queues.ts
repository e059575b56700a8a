/** Every queue of the loop, in the order of a tick. Made anew for each worker: queues remember work under way. */
import { createContactJobQueue } from './audience/contact-job-queue';
import { createRecheckQueue } from './audience/recheck-queue';
import type { Queue } from './db/queue';
import { createEmailQueue } from './emails/email-queue';
import { recordContactEvents } from './events/contact-events';
import { createEventQueue } from './events/event-queue';
import { forwardMessages } from './forwarding/forward-messages';
import { createForwardQueue } from './forwarding/forward-queue';
import { createForwardingSettingsQueue } from './forwarding/forwarding-settings-queue';
import { LOOPS } from './forwarding/loops';
import { createHousekeeping } from './lifecycle/housekeeping';
import { createImportQueue } from './lifecycle/import-queue';
import { createInstallQueue } from './lifecycle/install-queue';
import { createOutboxQueue, type Consumer } from './outbox/outbox-queue';
import { createNoticeQueue } from './schedules/notice-queue';
import { createPlanningQueue } from './schedules/planning-queue';
import { emailPreparation } from './workflows/prepare-emails';
import { createRunQueue } from './workflows/run-queue';
import { createDeletedEndpointQueue } from './webhooks-out/deleted-endpoints';
import { createEndpointNoticeQueue } from './webhooks-out/endpoint-notices';
import { createDeliveryQueue } from './webhooks-out/delivery-queue';
import { tellEndpoints } from './webhooks-out/tell-endpoints';

/** What is made of what happened, in this order: each writes rows of its own. */
const CONSUMERS: readonly Consumer[] = [recordContactEvents, tellEndpoints, forwardMessages];

export const createQueues = (): Queue[] => [
  createPlanningQueue(),
  createNoticeQueue(),
  createEventQueue(),
  createRunQueue(),
  createOutboxQueue(CONSUMERS),
  createDeliveryQueue(),
  createEndpointNoticeQueue(),
  createEmailQueue(emailPreparation),
  createRecheckQueue(),
  createContactJobQueue(),
  createForwardQueue(LOOPS),
  createForwardingSettingsQueue(LOOPS),
  createImportQueue(),
  createInstallQueue(),
  createDeletedEndpointQueue(),
  createHousekeeping(),
];
