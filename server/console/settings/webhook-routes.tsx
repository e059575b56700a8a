/**
 * Settings → Webhooks. What an endpoint gets is the contacts themselves: changing one takes a full session, as exports do.
 * A new secret is shown in the answer to its form, and never again.
 */
import { Router, type Request, type Response } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DELIVERY_STATUSES, TEST_MESSAGES_PER_MINUTE } from '../../../shared/webhooks';
import { isLocal } from '../../config';
import type { Context } from '../../context';
import type { Trx } from '../../db/schema';
import { tenantKey } from '../../db/tenant';
import { transact } from '../../db/transact';
import { AppError, faultOf } from '../../errors';
import { requireFullSession } from '../../installs/session-middleware';
import {
  countDeliveriesTo,
  findDelivery,
  pageDeliveries,
  sendDeliveryAgain,
  type Delivery,
} from '../../webhooks-out/deliveries';
import {
  createEndpoint,
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  rotateSecret,
  saveEndpoint,
  turnEndpoint,
  type Endpoint,
  type EndpointInput,
} from '../../webhooks-out/endpoints';
import { waitFor } from '../../limit-middleware';
import { sendTestMessage } from '../../webhooks-out/send-test';
import { listWorkflowNames } from '../../workflows/workflow-names';
import { PAGE_QUERY, placeOf } from '../components/pages';
import { withNotice, type Done } from '../notices';
import { formOf, getFound, idOf, MOST_COUNTED, PAGE_SIZE, queryOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn } from '../viewer';
import { DeliveryPage } from './delivery';
import { chooseGroup, GROUP_BUTTON, type EndpointDraft, type EndpointSurroundings } from './endpoint-form';
import { EndpointPage, type EndpointPageProps } from './webhook';
import { endpointPath, WEBHOOKS_PATH, WebhooksPage } from './webhooks';

const ONE = `${WEBHOOKS_PATH}/:id`;
const DELIVERY = `${ONE}/deliveries/:delivery`;

export function webhookRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;
  const tests = new RateLimiterMemory({ points: TEST_MESSAGES_PER_MINUTE, duration: 60 });

  const surroundingsOf = (res: Response): EndpointSurroundings => ({
    allowsLoopback: isLocal(ctx.config),
    noEmailSent: !ctx.transport ? 'none' : tenantOn(res).livemode ? undefined : 'test',
  });

  async function showAll(res: Response, draft?: EndpointDraft): Promise<void> {
    const endpoints = await listEndpoints(db, tenantOn(res));
    const page = <WebhooksPage endpoints={endpoints} surroundings={surroundingsOf(res)} draft={draft} />;
    sendPage(ctx, res, page, { status: statusOf(draft) });
  }

  async function showOne(
    req: Request,
    res: Response,
    id: string,
    rest: Pick<EndpointPageProps, 'newSecret' | 'draft' | 'testsInSeconds'> = {},
  ): Promise<void> {
    const tenant = tenantOn(res);
    const endpoint = getFound(await findEndpoint(db, tenant, id));
    const { status: asked, ...place } = queryOf(req, [...PAGE_QUERY, 'status'] as const);
    const status = DELIVERY_STATUSES.find((one) => one === asked);
    const filter = { endpoint: id, status };
    const deliveries = await pageDeliveries(db, tenant, { ...filter, ...placeOf(place), limit: PAGE_SIZE });
    const count = await countDeliveriesTo(db, tenant, filter, MOST_COUNTED);
    const workflows = await listWorkflowNames(db, tenant);
    const log = { deliveries, count, query: { ...place, status }, workflows };
    const props = { endpoint, surroundings: surroundingsOf(res), now: clock.now(), ...log, ...rest };
    sendPage(ctx, res, <EndpointPage {...props} />, {
      status: rest.testsInSeconds === undefined ? statusOf(rest.draft) : 429,
    });
  }

  /** Does something to the endpoint of the path, which is held meanwhile. */
  const withEndpoint = <T,>(
    req: Request,
    res: Response,
    work: (trx: Trx, endpoint: Endpoint) => Promise<T>,
  ): Promise<T> => transact(db, async (trx) => work(trx, getFound(await findEndpoint(trx, tenantOn(res), idOf(req)))));

  router.get(WEBHOOKS_PATH, (_req, res) => showAll(res));

  router.post(WEBHOOKS_PATH, ...form, requireFullSession, async (req, res) => {
    const input = inputOf(req);
    const draft = draftOf(req, input);
    if (draft) return showAll(res, draft);
    try {
      const { id, secret } = await transact(db, (trx) => createEndpoint(ctx, trx, tenantOn(res), input, clock.now()));
      await showOne(req, res, id, { newSecret: { secret, isRotated: false } });
    } catch (error) {
      await showAll(res, refusedOf(error, input));
    }
  });

  router.get(ONE, (req, res) => showOne(req, res, idOf(req)));

  router.post(ONE, ...form, requireFullSession, async (req, res) => {
    const input = inputOf(req);
    const draft = draftOf(req, input);
    if (draft) return showOne(req, res, idOf(req), { draft });
    try {
      await withEndpoint(req, res, (trx, endpoint) => saveEndpoint(ctx, trx, endpoint, input));
    } catch (error) {
      return showOne(req, res, idOf(req), { draft: refusedOf(error, input) });
    }
    res.redirect(303, withNotice(ctx, res, endpointPath(idOf(req)), 'endpoint_saved'));
  });

  for (const [word, isOn, done] of [
    ['on', true, 'endpoint_on'],
    ['off', false, 'endpoint_off'],
  ] as const satisfies [string, boolean, Done][])
    router.post(`${ONE}/${word}`, ...form, requireFullSession, async (req, res) => {
      await withEndpoint(req, res, (trx, endpoint) => turnEndpoint(trx, endpoint, isOn));
      res.redirect(303, withNotice(ctx, res, endpointPath(idOf(req)), done));
    });

  router.post(`${ONE}/secret`, ...form, requireFullSession, async (req, res) => {
    const secret = await withEndpoint(req, res, (trx, endpoint) => rotateSecret(ctx, trx, endpoint, clock.now()));
    await showOne(req, res, idOf(req), { newSecret: { secret, isRotated: true } });
  });

  router.post(`${ONE}/delete`, ...form, requireFullSession, async (req, res) => {
    await withEndpoint(req, res, (trx, endpoint) => deleteEndpoint(trx, endpoint, clock.now()));
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, WEBHOOKS_PATH, 'endpoint_deleted'));
  });

  router.post(`${ONE}/test`, ...form, requireFullSession, async (req, res) => {
    const testsInSeconds = await waitFor(tests, tenantKey(tenantOn(res)), res);
    if (testsInSeconds !== undefined) return showOne(req, res, idOf(req), { testsInSeconds });
    const id = await withEndpoint(req, res, (trx, endpoint) => sendTestMessage(trx, endpoint, clock.now()));
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, `${endpointPath(idOf(req))}/deliveries/${id}`, 'test_message'));
  });

  router.get(DELIVERY, async (req, res) => {
    const endpoint = getFound(await findEndpoint(db, tenantOn(res), idOf(req)));
    const delivery = deliveryOf(endpoint, await findDelivery(db, tenantOn(res), idOf(req, 'delivery')));
    const workflows = await listWorkflowNames(db, tenantOn(res));
    sendPage(ctx, res, <DeliveryPage endpoint={endpoint} delivery={delivery} workflows={workflows} />);
  });

  router.post(`${DELIVERY}/again`, ...form, requireFullSession, async (req, res) => {
    const id = idOf(req, 'delivery');
    await withEndpoint(req, res, async (trx, endpoint) => {
      await sendDeliveryAgain(trx, deliveryOf(endpoint, await findDelivery(trx, tenantOn(res), id)), clock.now());
    });
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, `${endpointPath(idOf(req))}/deliveries/${id}`, 'delivery_again'));
  });

  return router;
}

const deliveryOf = (endpoint: Endpoint, delivery: Delivery | undefined): Delivery =>
  getFound(delivery?.endpoint_id === endpoint.id ? delivery : undefined);

function inputOf(req: Request): EndpointInput {
  const fields = formOf(req);
  const types = [fields.types].flat().filter((type): type is string => typeof type === 'string');
  return { url: textIn(fields, 'url'), description: textIn(fields, 'description'), types };
}

const statusOf = (draft: EndpointDraft | undefined): number =>
  draft && Object.keys(draft.errors).length > 0 ? 400 : 200;

/** What a button of a group chose, to be shown and not saved. */
function draftOf(req: Request, input: EndpointInput): EndpointDraft | undefined {
  const pressed = textIn(formOf(req), GROUP_BUTTON);
  return pressed === '' ? undefined : { ...input, types: chooseGroup(input.types, pressed), errors: {} };
}

/** Throws what isn't the form's fault. */
function refusedOf(error: unknown, input: EndpointInput): EndpointDraft {
  if (!(error instanceof AppError) || error.code !== 'invalid_request' || !error.param) throw error;
  const [field = ''] = error.param.split('.');
  return { ...input, errors: { [field]: faultOf(error) } };
}
