/** Settings → Sending. What it says is about the server, not about an account: whoever is signed in may read it. */
import { Router } from 'express';
import type { Context } from '../../context';
import { createCheckup } from '../../deliverability/checkup';
import { greetingOf } from '../../deliverability/examine';
import { serverOf } from '../../emails/transport';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { CHECK_PATH, SENDING_PATH, SendingPage, type SendingPageProps } from './deliverability';

export function sendingRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const checkup = createCheckup(ctx);
  const identity = identityOf(ctx);

  router.get(SENDING_PATH, (_req, res) => {
    if (identity) checkup.startIfStale();
    sendPage(
      ctx,
      res,
      <SendingPage identity={identity} checks={{ last: checkup.last(), isRunning: checkup.isRunning() }} />,
    );
  });

  router.post(CHECK_PATH, ...form, (_req, res) => {
    if (identity) checkup.start();
    res.redirect(303, SENDING_PATH);
  });

  return router;
}

/** Nothing secret of it: no login, no key. */
function identityOf(ctx: Context): SendingPageProps['identity'] {
  const { config, secrets } = ctx;
  if (secrets.smtpUrl === null) return null;
  const { host, port } = serverOf(new URL(secrets.smtpUrl));
  return {
    from: config.mailFrom ?? '',
    marketingFrom: config.mailFromMarketing ?? '',
    bounceAddress: config.bounces.address,
    server: `${host}, port ${port}`,
    greeting: greetingOf(ctx) ?? '',
    dkim: secrets.dkim && { domain: secrets.dkim.domain, selector: secrets.dkim.selector },
  };
}
