/** The queue of endpoints that were turned off for their failures: people are told by mail, once each time. */
import { endpointOffNotice } from '../../shared/words/webhooks';
import { createQueue, retryLater, type Queue } from '../db/queue';
import { tenantOf } from '../db/tenant';
import { sendNotice } from '../emails/send-notice';
import { findInstall, isConnected } from '../installs/installs';
import { isBroken, noteTold } from './endpoints';

const TRY_AGAIN = { longest: 6 * 60 * 60_000 };

export function createEndpointNoticeQueue(): Queue {
  return createQueue<'webhook_endpoint', 'told'>({
    table: 'webhook_endpoint',
    concurrency: 3,
    async work({ db }, jobs) {
      for (const { row, result } of jobs) if (result) await noteTold(db, row);
      return jobs.filter(({ result }) => !result);
    },
    async background(ctx, { row }) {
      const install = await findInstall(ctx.db, tenantOf(row));
      if (isBroken(row) && isConnected(install))
        await sendNotice(ctx, install, {
          words: endpointOffNotice(row.status, new URL(row.url).host),
          path: `/settings/webhooks/${row.id}`,
          id: `${row.id}.${row.failing_since}`,
        });
      return 'told';
    },
    explain(ctx, row, error) {
      ctx.log.warn({ err: error, endpoint: row.id }, 'nobody could be told that an endpoint was turned off');
      return retryLater<'webhook_endpoint'>(row, {}, TRY_AGAIN);
    },
  });
}
