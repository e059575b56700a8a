/** Settings → Sending. What it says of the mail server is the same for every account: whoever is signed in may read it. */
import { Router, type Response } from 'express';
import type { SettingsPart } from '../../../shared/settings-changes';
import type { Context } from '../../context';
import { createCheckup } from '../../deliverability/checkup';
import { greetingOf } from '../../deliverability/examine';
import { countRefused } from '../../emails/emails';
import { serverOf } from '../../emails/transport';
import { readSettings } from '../../settings/settings';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { getSession } from '../viewer';
import { draftStatus, formProps, saveForm, type FormPage, type ShownDraft } from './save-form';
import { CHECK_PATH, SENDING_PATH, SendingPage, type SendingPageProps } from './sending';

const DAY_MS = 24 * 60 * 60_000;
const PARTS: readonly SettingsPart[] = [
  'sender',
  'locale',
  'timezone',
  'only_while_unknown',
  'track',
  'holdout_percent',
  'test_recipients',
  'stripe_sends',
];

const hearsOfBounces = ({ bounceMailbox, bounces: { token, ...providers } }: Context['secrets']): boolean =>
  bounceMailbox !== null || (token !== null && Object.values(providers).some(Boolean));

export function sendingRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const checkup = createCheckup(ctx);
  const identity = identityOf(ctx);

  async function show(res: Response, draft?: ShownDraft): Promise<void> {
    const { tenant } = getSession(res);
    sendPage(
      ctx,
      res,
      <SendingPage
        form={formProps(await readSettings(ctx.db, tenant), draft)}
        refused={await countRefused(ctx.db, ctx.clock.now() - DAY_MS, tenant)}
        hearsOfBounces={hearsOfBounces(ctx.secrets)}
        identity={identity}
        checks={{ last: checkup.last(), isRunning: checkup.isRunning() }}
      />,
      { status: draftStatus(draft) },
    );
  }

  const page: FormPage = { path: SENDING_PATH, owns: (part) => PARTS.includes(part), show };

  router.get(SENDING_PATH, (_req, res) => {
    if (identity) checkup.startIfStale();
    return show(res);
  });

  router.post(SENDING_PATH, ...form, (req, res) => saveForm(ctx, page, req, res));

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
