/** Where a merchant allows the app: the page, and what it sends back to `redirect_uri`. */
import type { RequestHandler } from 'express';
import type { Account } from '../account';
import { CLIENT_IDS } from '../oauth';
import { signStripe } from '../signature';
import { html, page, type Html } from './html';

export interface InstallOptions {
  accounts(): Account[];
  authorize(account: Account, livemode: boolean): string;
  appSecret: string;
  /** Milliseconds. */
  now(): number;
}

interface InstallRequest {
  livemode: boolean;
  clientId: string;
  redirectUri: URL;
  state: string | null;
}

export const createInstallPage =
  (options: InstallOptions): RequestHandler =>
  (req, res) => {
    const fields = { ...req.query, ...(req.body as Record<string, unknown> | undefined) };
    const request = readInstallRequest(fields);
    if (typeof request === 'string') {
      res.status(400).send(
        page(
          'This link does not work',
          html`<h1>This link does not work</h1>
            <p>${request}</p>`,
        ),
      );
      return;
    }
    if (req.method !== 'POST') {
      // A browser applies form-action to where the form's answer redirects, too.
      const policy = `default-src 'none'; style-src 'self'; form-action 'self' ${request.redirectUri.origin}; frame-ancestors 'none'`;
      res.set('Content-Security-Policy', policy).send(installPage(request, options.accounts()));
      return;
    }
    const account = options.accounts().find(({ id }) => id === fields.account);
    if (fields.decision !== 'allow' || !account) res.redirect(303, denied(request).href);
    else res.redirect(303, allowed(request, account, options).href);
  };

/** A sentence when the link is wrong. Without a registration to check, only addresses on this machine are redirected to. */
function readInstallRequest(fields: Record<string, unknown>): InstallRequest | string {
  const { client_id, redirect_uri, state } = fields;
  const livemode = client_id === CLIENT_IDS.live;
  if (!livemode && client_id !== CLIENT_IDS.test) return `No app has the client id ${String(client_id)}.`;
  if (typeof redirect_uri !== 'string' || !URL.canParse(redirect_uri)) return 'The redirect_uri is missing or no URL.';
  const redirectUri = new URL(redirect_uri);
  if (!/^https?:$/.test(redirectUri.protocol)) return 'The redirect_uri must be an http or https address.';
  if (!isOnThisMachine(redirectUri)) return 'The redirect_uri must be on this machine, as the local Stripe is.';
  return { livemode, clientId: String(client_id), redirectUri, state: typeof state === 'string' ? state : null };
}

const isOnThisMachine = ({ hostname }: URL) => /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);

function allowed(request: InstallRequest, account: Account, { authorize, appSecret, now }: InstallOptions): URL {
  const back = new URL(request.redirectUri);
  back.searchParams.set('code', authorize(account, request.livemode));
  back.searchParams.set('stripe_user_id', account.id);
  back.searchParams.set('account_id', account.id);
  back.searchParams.set('user_id', account.user_id);
  if (request.state === null) return back;
  const signed = { state: request.state, user_id: account.user_id, account_id: account.id };
  back.searchParams.set('state', request.state);
  back.searchParams.set('install_signature', signStripe(JSON.stringify(signed), appSecret, now()));
  return back;
}

/** Stripe loses the state on this way; so do we. */
function denied({ redirectUri }: InstallRequest): URL {
  const back = new URL(redirectUri);
  back.searchParams.set('error', 'access_denied');
  back.searchParams.set('error_description', 'The user denied your request');
  return back;
}

const installPage = ({ livemode, clientId, redirectUri, state }: InstallRequest, accounts: Account[]): string =>
  page(
    'Install Tillpost',
    html`
      <form class="card" method="post">
        <h1>Install Tillpost</h1>
        <p>
          Tillpost wants to read customers, subscriptions, invoices, charges, disputes, checkout sessions, quotes and
          events in <strong>${livemode ? 'live' : 'test'} mode</strong>.
        </p>
        <fieldset>
          <legend>Account</legend>
          ${accounts.map((account, index) => accountChoice(account, index === 0))}
        </fieldset>
        <input type="hidden" name="client_id" value="${clientId}" />
        <input type="hidden" name="redirect_uri" value="${redirectUri.href}" />
        ${state !== null && html`<input type="hidden" name="state" value="${state}" />`}
        <div class="buttons">
          <button class="main" name="decision" value="allow">Allow</button>
          <button name="decision" value="deny">Deny</button>
        </div>
        <p class="quiet">You go back to ${redirectUri.host}.</p>
      </form>
    `,
  );

const accountChoice = ({ id, name }: Account, isFirst: boolean): Html => html`
  <label class="choice">
    <input type="radio" name="account" value="${id}" ${isFirst && html`checked`} />
    <span>${name} <span class="quiet">${id}</span></span>
  </label>
`;
