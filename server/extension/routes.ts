/** The extension API under /api/app: signed requests of the Dashboard's views, handed on to the domains. */
import { Router, type RequestHandler, type Response } from 'express';
import type { ExtensionApi } from '../../shared/api';
import { notAllowed } from '../../shared/words/connection';
import { isAllowed } from '../allowed';
import { parseEmail } from '../audience/address';
import { changeContact } from '../audience/change-contact';
import { findContact, findContactByCustomer, readContact } from '../audience/contacts';
import { listContacts } from '../audience/list-contacts';
import { reportRecovery } from '../audience/recovery-report';
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { checkStart } from '../db/page';
import { transact } from '../db/transact';
import { findEmail } from '../emails/emails';
import { listEmails } from '../emails/list-emails';
import { requireConfirmed } from '../emails/test-addresses';
import { AppError } from '../errors';
import { readEmailWithPreview } from '../workflows/preview';
import { listRuns } from '../workflows/list-runs';
import { advanceRun, findRun, stopRun } from '../workflows/runs';
import { listEvents, readEvent } from '../events/events';
import { replayEvent } from '../events/replays';
import { findInstall, isConnected } from '../installs/installs';
import { lastMonths } from '../local-months';
import { disconnect } from '../lifecycle/disconnect';
import { startImport } from '../installs/import-job';
import { signalOf } from '../request-signal';
import { changeSettings, readSettings } from '../settings/settings';
import { rehearse } from '../workflows/rehearsal/rehearse';
import { defineFromTemplate } from '../workflows/templates';
import { parseDefinition } from '../workflows/validate';
import { activateWorkflow, createWorkflow, deleteWorkflow, pauseWorkflow, saveWorkflow } from '../workflows/workflows';
import { findWorkflow, listWorkflows, readWorkflow } from '../workflows/read-workflows';
import { ARGS, found, parseArgs, type Args, type RouteName } from './args';
import { createOverview } from './overview';
import { allowAnyOrigin, requireSignature, type SignedRequest } from './signed-request';

type Handlers = {
  [R in RouteName]: (
    ctx: Context,
    tenant: Tenant,
    args: Args<R>,
    signal: AbortSignal,
    userId: string,
  ) => Promise<ExtensionApi[R]['answer']>;
};

const RECENT = 10;

const HANDLERS: Handlers = {
  'settings/read': ({ db }, tenant) => readSettings(db, tenant),
  'settings/save': async (ctx, tenant, { settings }) => {
    await requireConfirmed(ctx, tenant, settings.test_recipients ?? [], 'settings.test_recipients');
    return changeSettings(ctx.db, tenant, settings, ctx.clock.now());
  },
  'events/list': ({ db }, tenant, args) => listEvents(db, tenant, args),
  'events/read': async ({ db }, tenant, { id }) => {
    const event = found(await readEvent(db, tenant, id), 'event');
    const emails = await listEmails(db, tenant, { event: event.id, limit: 100 });
    return { ...event, emails: emails.data };
  },
  'events/replay': async (ctx, tenant, { id }, _signal, user) => {
    const event = await replayEvent(ctx.db, tenant, id, ctx.clock.now(), 'active_then', { via: 'app', user });
    ctx.nudge();
    return found(event, 'event');
  },
  'contacts/list': async ({ db }, tenant, args) => {
    await checkStart(args, 'contact', (id) => findContact(db, tenant, id));
    const { email, ...filter } = args;
    if (email === undefined) return listContacts(db, tenant, filter);
    const address = parseEmail(email);
    return listContacts(db, tenant, { ...filter, email: address.kind === 'valid' ? address.email : email });
  },
  'contacts/read': async ({ db }, tenant, { id, customer }) => {
    const contactId = id ?? (await findContactByCustomer(db, tenant, customer ?? ''))?.id;
    const known = contactId === undefined ? undefined : await readContact(db, tenant, contactId);
    const contact = found(known, 'contact', id ? 'id' : 'customer');
    const events = await listEvents(db, tenant, { contact: contact.id, limit: RECENT });
    const emails = await listEmails(db, tenant, { contact: contact.id, limit: RECENT });
    return { ...contact, events: events.data, emails: emails.data };
  },
  'contacts/save': async ({ db, clock }, tenant, { id, ...change }) => {
    await transact(db, (trx) => changeContact(trx, tenant, id, change, clock.now()));
    return found(await readContact(db, tenant, id), 'contact');
  },
  'workflows/list': async ({ db }, tenant, page) => {
    await checkStart(page, 'workflow', (id) => findWorkflow(db, tenant, id));
    return listWorkflows(db, tenant, page);
  },
  'workflows/create': ({ db, clock }, tenant, { template, trigger, definition }) =>
    createWorkflow(db, tenant, template === undefined ? { definition } : { template, trigger }, clock.now()),
  'workflows/read': async ({ db }, tenant, { id }) => found(await readWorkflow(db, tenant, id), 'workflow'),
  'workflows/save': ({ db, clock }, tenant, { id, definition, revision }) =>
    saveWorkflow(db, tenant, id, definition, revision, clock.now()),
  'workflows/activate': async (ctx, tenant, { id }) => {
    const workflow = await activateWorkflow(ctx.db, tenant, id, ctx.clock.now());
    ctx.nudge();
    return workflow;
  },
  'workflows/pause': ({ db, clock }, tenant, { id }) => pauseWorkflow(db, tenant, id, clock.now()),
  'workflows/delete': ({ db, clock }, tenant, { id }) => deleteWorkflow(db, tenant, id, clock.now()),
  'workflows/rehearse': async (ctx, tenant, { id, template, definition, days }, signal) => {
    if (id === undefined) {
      const given = template === undefined ? definition : defineFromTemplate(template);
      return rehearse(ctx, tenant, { definition: parseDefinition(given), days }, signal);
    }
    const stored = found(await readWorkflow(ctx.db, tenant, id), 'workflow');
    return rehearse(ctx, tenant, { definition: stored.definition, days, id }, signal);
  },
  'runs/list': async ({ db }, tenant, args) => {
    await checkStart(args, 'run', (id) => findRun(db, tenant, id));
    return listRuns(db, tenant, args);
  },
  'runs/stop': ({ db, clock }, tenant, { id }) => stopRun(db, tenant, id, clock.now()),
  'runs/advance': async (ctx, tenant, { id }) => {
    const run = await advanceRun(ctx.db, tenant, id, ctx.clock.now());
    ctx.nudge();
    return run;
  },
  'emails/list': async ({ db }, tenant, args) => {
    await checkStart(args, 'email', (id) => findEmail(db, tenant, id));
    return listEmails(db, tenant, args);
  },
  'emails/read': async (ctx, tenant, { id }) => found(await readEmailWithPreview(ctx, tenant, id), 'email'),
  'recovery/report': async ({ db, clock }, tenant, { months }) => {
    const { timezone } = await readSettings(db, tenant);
    return reportRecovery(db, tenant, lastMonths(months, clock.now(), timezone), timezone);
  },
  'import/start': async (ctx, tenant) => {
    const progress = await startImport(ctx.db, tenant, ctx.clock.now());
    ctx.nudge();
    return progress;
  },
  disconnect: async (ctx, tenant) => {
    await disconnect(ctx, tenant);
    return { connected: false };
  },
};

export function extensionRoutes(ctx: Context): Router {
  const router = Router();
  const signed = [...requireSignature(ctx), requireAllowed(ctx)];
  const overview = createOverview(ctx);
  router.use(allowAnyOrigin);
  router.post('/overview', ...signed, async (_req, res) => {
    const { tenant, userId } = signedBy(res);
    res.json(await overview(tenant, userId));
  });
  for (const route of Object.keys(ARGS) as RouteName[])
    router.post(`/${route}`, ...signed, async (_req, res) => {
      const { tenant, args, userId } = signedBy(res);
      if (!isConnected(await findInstall(ctx.db, tenant)))
        throw new AppError('not_installed', 'This account is not connected in this mode.');
      res.json(await handle(ctx, route, { tenant, args, userId, signal: signalOf(res) }));
    });
  router.use(...signed, () => {
    throw new AppError('not_found', 'There is no such route in the extension API.');
  });
  return router;
}

/** Also of accounts that were connected before they were shut out. */
const requireAllowed =
  (ctx: Context): RequestHandler =>
  (_req, res, next) => {
    const { accountId } = signedBy(res).tenant;
    if (!isAllowed(ctx, accountId)) throw new AppError('forbidden', notAllowed(accountId));
    next();
  };

const handle = <R extends RouteName>(
  ctx: Context,
  route: R,
  { tenant, args, userId, signal }: { tenant: Tenant; args: unknown; userId: string; signal: AbortSignal },
) => HANDLERS[route](ctx, tenant, parseArgs(route, args), signal, userId);

const signedBy = (res: Response): SignedRequest => res.locals.signed as SignedRequest;
