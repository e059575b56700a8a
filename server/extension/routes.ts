/** The extension API under /api/app: signed requests of the Dashboard's views, answered by the domain functions. */
import { Router, type Response } from 'express';
import { settingsSchema } from '../../shared/settings';
import type { ExtensionApi, Overview } from '../../shared/api';
import { parseEmail } from '../audience/address';
import { findContact, findContactByCustomer, listContacts, readContact } from '../audience/contacts';
import type { Context } from '../context';
import { findEmail, listEmails, readEmail } from '../emails/emails';
import { AppError, invalid } from '../errors';
import { lastEventAt, listEvents, readEvent, replayEvent } from '../events/events';
import { findInstall, isConnected } from '../installs/installs';
import { createOpenLink } from '../installs/open-link';
import { readSettings, saveSettings } from '../settings/settings';
import { disconnect } from '../lifecycle/disconnect';
import { readImport, startImport } from '../installs/import-job';
import {
  activateWorkflow,
  createWorkflow,
  deleteWorkflow,
  findWorkflow,
  listWorkflows,
  pauseWorkflow,
  readWorkflow,
  saveWorkflow,
} from '../workflows/workflows';
import { afterKnown, ARGS, found, parseArgs } from './args';
import { createCounts } from './counts';
import { allowAnyOrigin, requireSignature, type SignedRequest } from './signed-request';

type Name = keyof ExtensionApi;
type Handlers = {
  [N in Exclude<Name, 'overview'>]: (ctx: Context, request: SignedRequest) => Promise<ExtensionApi[N]['answer']>;
};

const RECENT = { limit: 10 };

const HANDLERS: Handlers = {
  'settings/read': ({ db }, { tenant }) => readSettings(db, tenant),
  'settings/save': async ({ db, clock }, { tenant, args }) => {
    const { settings } = parseArgs(ARGS.settings, args);
    // What a client leaves out stays as it was saved; everything else must be there.
    const { sender, locale, timezone } = await readSettings(db, tenant);
    const parsed = settingsSchema.safeParse({ sender, locale, timezone, ...settings });
    if (!parsed.success) throw invalid(parsed.error, 'settings');
    return saveSettings(db, tenant, parsed.data, clock.now());
  },
  'events/list': ({ db }, { tenant, args }) => listEvents(db, tenant, parseArgs(ARGS.events, args)),
  'events/read': async ({ db }, { tenant, args }) => {
    const event = found(await readEvent(db, tenant, parseArgs(ARGS.id, args).id), 'event');
    const emails = await listEmails(db, tenant, { event: event.id, limit: 100 });
    return { ...event, emails: emails.data };
  },
  'events/replay': async (ctx, { tenant, args }) => {
    const event = await replayEvent(ctx.db, tenant, parseArgs(ARGS.id, args).id, ctx.clock.now());
    ctx.nudge();
    return found(event, 'event');
  },
  'contacts/list': async ({ db }, { tenant, args }) => {
    const page = await afterKnown(parseArgs(ARGS.contacts, args), 'contact', (id) => findContact(db, tenant, id));
    const { email, ...filter } = page;
    const address = parseEmail(email);
    return listContacts(db, tenant, {
      ...filter,
      ...(email === undefined ? {} : { email: address.kind === 'valid' ? address.email : email }),
    });
  },
  'contacts/read': async ({ db }, { tenant, args }) => {
    const { id, customer } = parseArgs(ARGS.contact, args);
    const contactId = id ?? (await findContactByCustomer(db, tenant, customer ?? ''))?.id;
    const contact = found(
      contactId ? await readContact(db, tenant, contactId) : undefined,
      'contact',
      id ? 'id' : 'customer',
    );
    const [events, emails] = [
      await listEvents(db, tenant, { contact: contact.id, ...RECENT }),
      await listEmails(db, tenant, { contact: contact.id, ...RECENT }),
    ];
    return { ...contact, events: events.data, emails: emails.data };
  },
  'workflows/list': async ({ db }, { tenant, args }) => {
    const page = await afterKnown(parseArgs(ARGS.list, args), 'workflow', (id) => findWorkflow(db, tenant, id));
    return listWorkflows(db, tenant, page);
  },
  'workflows/create': ({ db, clock }, { tenant, args }) => {
    const { template, trigger, definition } = parseArgs(ARGS.createWorkflow, args);
    if ((template === undefined) === (definition === undefined))
      throw new AppError('invalid_request', 'template: give either a template or a definition', 'template');
    return createWorkflow(db, tenant, template === undefined ? { definition } : { template, trigger }, clock.now());
  },
  'workflows/read': async ({ db }, { tenant, args }) =>
    found(await readWorkflow(db, tenant, parseArgs(ARGS.id, args).id), 'workflow'),
  'workflows/save': ({ db, clock }, { tenant, args }) => {
    const { id, definition, revision } = parseArgs(ARGS.saveWorkflow, args);
    return saveWorkflow(db, tenant, id, definition, revision, clock.now());
  },
  'workflows/activate': async (ctx, { tenant, args }) => {
    const workflow = await activateWorkflow(ctx.db, tenant, parseArgs(ARGS.id, args).id, ctx.clock.now());
    ctx.nudge();
    return workflow;
  },
  'workflows/pause': ({ db, clock }, { tenant, args }) =>
    pauseWorkflow(db, tenant, parseArgs(ARGS.id, args).id, clock.now()),
  'workflows/delete': ({ db, clock }, { tenant, args }) =>
    deleteWorkflow(db, tenant, parseArgs(ARGS.id, args).id, clock.now()),
  'emails/list': async ({ db }, { tenant, args }) => {
    const page = await afterKnown(parseArgs(ARGS.emails, args), 'email', (id) => findEmail(db, tenant, id));
    return listEmails(db, tenant, page);
  },
  'emails/read': async ({ db }, { tenant, args }) =>
    found(await readEmail(db, tenant, parseArgs(ARGS.id, args).id), 'email'),
  'import/start': async (ctx, { tenant }) => {
    const progress = await startImport(ctx.db, tenant, ctx.clock.now());
    ctx.nudge();
    return progress;
  },
  disconnect: async (ctx, { tenant }) => {
    await disconnect(ctx, tenant);
    return { connected: false };
  },
};

async function overview(
  ctx: Context,
  { tenant, userId }: SignedRequest,
  countOf: ReturnType<typeof createCounts>,
): Promise<Overview> {
  const { db, config, clock } = ctx;
  const install = await findInstall(db, tenant);
  const status = install?.status ?? null;
  const connected = isConnected(install);
  const connect_url = `${config.publicUrl}/connect?mode=${tenant.livemode ? 'live' : 'test'}`;
  const counts = install ? await countOf(db, tenant, clock.now()) : { contacts: 0, events: 0, emails: 0 };
  if (!connected) {
    return {
      connected,
      status,
      account_name: null,
      connect_url,
      console_url: null,
      counts,
      last_event_at: null,
      import: null,
    };
  }
  return {
    connected,
    status: install.status,
    account_name: install.account_name,
    connect_url,
    console_url: `${config.publicUrl}/open/${await createOpenLink(ctx, tenant, userId)}`,
    counts,
    last_event_at: await lastEventAt(db, tenant),
    import: await readImport(db, tenant),
  };
}

export function extensionRoutes(ctx: Context): Router {
  const router = Router();
  router.use(allowAnyOrigin);
  const signed = requireSignature(ctx);
  const countOf = createCounts();
  router.post('/overview', ...signed, async (_req, res) => {
    res.json(await overview(ctx, signedBy(res), countOf));
  });
  for (const [name, handle] of Object.entries(HANDLERS)) {
    router.post(`/${name}`, ...signed, async (_req, res) => {
      const request = signedBy(res);
      if (!isConnected(await findInstall(ctx.db, request.tenant)))
        throw new AppError('not_installed', 'This account is not connected in this mode.');
      res.json(await handle(ctx, request));
    });
  }
  router.use(...signed, () => {
    throw new AppError('not_found', 'There is no such route in the extension API.');
  });
  return router;
}

const signedBy = (res: Response): SignedRequest => res.locals.signed as SignedRequest;
