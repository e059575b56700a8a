/**
 * Settings → Webhooks. What an endpoint gets is the contacts themselves: changing one takes a full session, as exports do.
 * A new secret is shown in the answer to its form, and never again.
 */
import { Router, type Request, type Response } from 'express';
import { DELIVERY_STATUSES } from '../../../shared/webhooks';
import type { Context } from '../../context';
import type { Trx } from '../../db/schema';
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
import { PAGE_QUERY, placeOf } from '../components/pages';
import { withNotice, type Done } from '../notices';
import { formOf, getFound, idOf, MOST_COUNTED, PAGE_SIZE, queryOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn } from '../viewer';
import { DeliveryPage, EndpointPage, type EndpointPageProps } from './webhook';
import { endpointPath, WEBHOOKS_PATH, WebhooksPage, type RefusedEndpoint } from './webhooks';

const ONE = `${WEBHOOKS_PATH}/:id`;
const DELIVERY = `${ONE}/deliveries/:delivery`;

export function webhookRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  async function showAll(res: Response, refused?: RefusedEndpoint): Promise<void> {
    const endpoints = await listEndpoints(db, tenantOn(res));
    sendPage(ctx, res, <WebhooksPage endpoints={endpoints} refused={refused} />, { status: refused ? 400 : 200 });
  }

  async function showOne(
    req: Request,
    res: Response,
    id: string,
    rest: Pick<EndpointPageProps, 'newSecret' | 'refused'> = {},
  ): Promise<void> {
    const tenant = tenantOn(res);
    const endpoint = getFound(await findEndpoint(db, tenant, id));
    const { status: asked, ...place } = queryOf(req, [...PAGE_QUERY, 'status'] as const);
    const status = DELIVERY_STATUSES.find((one) => one === asked);
    const filter = { endpoint: id, status };
    const deliveries = await pageDeliveries(db, tenant, { ...filter, ...placeOf(place), limit: PAGE_SIZE });
    const count = await countDeliveriesTo(db, tenant, filter, MOST_COUNTED);
    const props = { endpoint, deliveries, count, query: { ...place, status }, ...rest };
    sendPage(ctx, res, <EndpointPage {...props} />, { status: rest.refused ? 400 : 200 });
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
    try {
      await withEndpoint(req, res, (trx, endpoint) => saveEndpoint(ctx, trx, endpoint, input));
    } catch (error) {
      return showOne(req, res, idOf(req), { refused: refusedOf(error, input) });
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

  router.get(DELIVERY, async (req, res) => {
    const endpoint = getFound(await findEndpoint(db, tenantOn(res), idOf(req)));
    const delivery = deliveryOf(endpoint, await findDelivery(db, tenantOn(res), idOf(req, 'delivery')));
    sendPage(ctx, res, <DeliveryPage endpoint={endpoint} delivery={delivery} />);
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

/** Throws what isn't the form's fault. */
function refusedOf(error: unknown, input: EndpointInput): RefusedEndpoint {
  if (!(error instanceof AppError) || error.code !== 'invalid_request' || !error.param) throw error;
  const [field = ''] = error.param.split('.');
  return { ...input, errors: { [field]: faultOf(error) } };
}
