/**
 * The Stripe App's own views in a local page. Each view runs as in the Dashboard: in a sandboxed frame with no origin,
 * allowed to reach only what the manifest allows, drawing through remote-ui, with requests that the local Stripe signs.
 */
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import express, { type Express } from 'express';
import { EVENT_TYPES, isEventType } from '../../../shared/catalogue';
import type { LocalStripe } from '../local-stripe/local-stripe';
import { adaptManifest, readManifest } from '../../tools/package-app';
import { listen } from '../listen';
import { bundleHost, bundleView } from './bundle';
import type { Customer, Stage } from './protocol';

const ROOT = resolve(__dirname, '../../..');

export interface Preview {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** `url` is Tillpost's address, without a trailing slash. `port` 0 takes a free one. */
export async function startPreview(
  { localStripe, url }: { localStripe: LocalStripe; url: string },
  port: number,
): Promise<Preview> {
  const server = createServer(createPreviewApp(localStripe, url));
  const taken = await listen(server, port);
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function createPreviewApp(localStripe: LocalStripe, url: string): Express {
  const manifest = adaptManifest(readManifest(), url);
  const { views, content_security_policy: policy } = manifest.ui_extension;
  const app = express();
  app.use(express.json());

  app.get('/', (_req, res) => void res.send(PAGE));
  app.get('/host.js', async (_req, res) => void res.type('js').send(await bundleHost()));
  app.get('/host.css', (_req, res) => res.sendFile(join(__dirname, 'browser/host.css')));
  app.get('/icon.png', (_req, res) => res.sendFile(join(ROOT, manifest.icon)));

  app.get('/frame/:component', (req, res) => {
    const origin = `http://${req.get('host')}`;
    const reach = policy['connect-src'].join(' ');
    res.set(
      'Content-Security-Policy',
      `sandbox allow-scripts; default-src 'none'; script-src ${origin}/views/; connect-src ${reach}`,
    );
    res.send(`<!doctype html><script src="/views/${encodeURIComponent(req.params.component)}.js"></script>`);
  });
  app.get('/views/:file', async (req, res) => {
    const view = views.find(({ component }) => `${component}.js` === req.params.file);
    if (view) res.type('js').send(await bundleView(view.component));
    else res.sendStatus(404);
  });

  app.get('/stage', (_req, res) => {
    const accounts = localStripe.accounts().map(({ id, name }) => ({ id, name }));
    const stage: Stage = {
      appName: manifest.name,
      constants: manifest.constants,
      views,
      accounts,
      eventTypes: EVENT_TYPES,
    };
    res.json(stage);
  });
  app.get('/customers', (req, res) => {
    const { account, livemode } = req.query;
    if (typeof account !== 'string') return void res.sendStatus(400);
    const customers = localStripe.tenant(account, livemode === 'true').customers.list();
    res.json(customers.map(({ id, name, email }): Customer => ({ id, name: name ?? email ?? id })));
  });
  app.post('/signature', (req, res) => {
    const { user_id, account_id } = req.body as { user_id: string; account_id: string };
    res.json(localStripe.signExtension({ user_id, account_id }));
  });
  app.post('/trigger', async (req, res) => {
    const { type, account, livemode, customer } = req.body as Record<string, string> & { livemode: boolean };
    if (!type || !isEventType(type)) return void res.sendStatus(400);
    const found = localStripe.tenant(account!, livemode).customers.find(customer ?? '');
    // A new customer is somebody new; everything else happens to the one in view.
    const who = found?.email && type !== 'customer.created' ? { email: found.email, name: found.name } : {};
    const { id } = await localStripe.trigger(type, { account, livemode, ...who });
    res.json({ id });
  });
  return app;
}

const PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Preview</title>
  <link rel="icon" href="/icon.png">
  <link rel="stylesheet" href="/host.css">
  <div id="preview"></div>
  <script src="/host.js"></script>
</html>
`;
