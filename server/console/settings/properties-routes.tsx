/** Settings → Properties: contact properties are deleted and events forgotten, with a full session. */
import { Router } from 'express';
import { countProperties, listContactProperties } from '../../audience/contact-properties';
import type { Context } from '../../context';
import { transact } from '../../db/transact';
import { AppError } from '../../errors';
import { requireFullSession } from '../../installs/session-middleware';
import { forgetApiEvent, listApiEvents } from '../../workflows/api-event-names';
import { deleteUnusedProperty, listNaming, namesEvent, namesProperty } from '../../workflows/used-names';
import { withNotice } from '../notices';
import { formOf, MOST_COUNTED, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn } from '../viewer';
import { PROPERTIES_PATH, PropertiesPage } from './properties';

export function propertiesRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  router.get(PROPERTIES_PATH, async (_req, res) => {
    const tenant = tenantOn(res);
    const workflows = await listNaming(db, tenant);
    const { counts, isMore } = await countProperties(db, tenant, MOST_COUNTED);
    const properties = (await listContactProperties(db, tenant)).map((property) => ({
      ...property,
      id: property.name,
      contacts: counts.get(property.name) ?? 0,
      usedBy: workflows.filter((workflow) => namesProperty(workflow, property.name)),
    }));
    const events = (await listApiEvents(db, tenant)).map((event) => ({
      ...event,
      id: event.name,
      usedBy: workflows.filter((workflow) => namesEvent(workflow, event.name)),
    }));
    const counted = isMore ? MOST_COUNTED : null;
    sendPage(ctx, res, <PropertiesPage properties={properties} counted={counted} events={events} />);
  });

  router.post(`${PROPERTIES_PATH}/delete`, ...form, requireFullSession, async (req, res) => {
    const name = textIn(formOf(req), 'name');
    const job = await transact(db, (trx) => deleteUnusedProperty(trx, tenantOn(res), name, clock.now()));
    ctx.nudge();
    res.redirect(303, `/audience/jobs/${job}`);
  });

  router.post(`${PROPERTIES_PATH}/forget`, ...form, requireFullSession, async (req, res) => {
    const name = textIn(formOf(req), 'name');
    if (!(await transact(db, (trx) => forgetApiEvent(trx, tenantOn(res), name))))
      throw new AppError('not_found', 'There is no such page.');
    res.redirect(303, withNotice(ctx, res, PROPERTIES_PATH, 'event_forgotten'));
  });

  return router;
}
