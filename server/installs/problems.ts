/** What comes of an attempt to connect: an install, or a problem in words for people with what to do next. */
import { notAllowed } from '../../shared/words/connection';
import { MODES, type Mode } from '../config';
import type { Context } from '../context';
import type { Install } from './installs';

export interface NextStep {
  label: string;
  href: string;
}

/** A page that says what happened; `next` are its links. */
export interface ConnectProblem {
  kind: 'problem';
  title: string;
  message: string;
  next: NextStep[];
}

export type ConnectResult = { kind: 'connected'; install: Install } | ConnectProblem;

const START: NextStep = { label: 'Go to the start page', href: '/' };
const again = (mode: Mode): NextStep => ({ label: 'Connect again', href: `/connect?mode=${mode}` });
/** The mode isn't known: a link for each that is configured. */
const anyMode = ({ config: { modes } }: Context): NextStep[] =>
  MODES.filter((mode) => modes[mode]).map((mode) => ({
    label: `Connect in ${mode} mode`,
    href: `/connect?mode=${mode}`,
  }));

const problem = (title: string, message: string, ...next: NextStep[]): ConnectProblem => ({
  kind: 'problem',
  title,
  message,
  next: [...next, START],
});

const keyVariable = (mode: Mode) => (mode === 'live' ? 'STRIPE_SECRET_KEY' : 'STRIPE_TEST_SECRET_KEY');
const linkVariable = (mode: Mode) => (mode === 'live' ? 'STRIPE_AUTHORIZE_URL' : 'STRIPE_TEST_AUTHORIZE_URL');

/** Of Connect to Stripe, of both ways to connect, and of the Dashboard's link. */
export const PROBLEMS = {
  badMode: (ctx: Context) =>
    problem('Which mode?', 'An account is connected either in live or in test mode. Choose one.', ...anyMode(ctx)),
  notConfigured: (ctx: Context, mode: Mode) =>
    problem(
      `Connect to Stripe is not set up for ${mode} mode`,
      `This Tillpost has no Stripe App for ${mode} mode. You can connect with a restricted key on the start page, or its operator can set ${linkVariable(mode)} and the variables that go with it.`,
      ...anyMode(ctx),
    ),
  denied: (ctx: Context) =>
    problem(
      'Not connected',
      'Access was not granted at Stripe, so nothing was connected and nothing changed.',
      ...anyMode(ctx),
    ),
  refusedByStripe: (ctx: Context, code: string) =>
    problem(
      'Stripe did not connect the account',
      `Stripe ended the connection with the error “${code.replace(/[^\w .-]/g, '').slice(0, 60)}”. Nothing was changed.`,
      ...anyMode(ctx),
    ),
  noState: (ctx: Context) =>
    problem(
      'One more step',
      'The app was installed at Stripe without starting here, so we can not tell that it was you. Connect once more from this page; Stripe remembers the installation.',
      ...anyMode(ctx),
    ),
  badState: (ctx: Context) =>
    problem(
      'This attempt has ended',
      'Each attempt to connect works once, for 10 minutes, and only in the browser it began in. Start again.',
      ...anyMode(ctx),
    ),
  noCode: (_ctx: Context, mode: Mode) =>
    problem(
      'Stripe sent no code',
      'Stripe came back without the code that proves the connection. Start again.',
      again(mode),
    ),
  badSignature: (_ctx: Context, mode: Mode) =>
    problem(
      'The signature does not match',
      "What Stripe's install link says of you and your account is not signed with this app's secret, or is too old. Start again; if it stays, the operator should check STRIPE_APP_SECRET.",
      again(mode),
    ),
  badCode: (_ctx: Context, mode: Mode) =>
    problem(
      'The code from Stripe is not valid any more',
      'A code works once and for 5 minutes, and only for the app it was made for. Nothing was changed. Connect again to get a fresh one.',
      again(mode),
    ),
  wrongKey: (_ctx: Context, mode: Mode) =>
    problem(
      "Stripe refuses this server's key",
      `The key in ${keyVariable(mode)} is wrong, revoked, or of another environment than the link in ${linkVariable(mode)}. Its operator has to correct it; then connect again.`,
      again(mode),
    ),
  stripeUnreachable: (_ctx: Context, mode: Mode) =>
    problem(
      'Stripe can not be reached',
      'Stripe gave no usable answer just now. Nothing was changed. Wait a moment and connect again.',
      again(mode),
    ),
  otherMode: (ctx: Context, mode: Mode) =>
    problem(
      'The account was connected in the other mode',
      `You started in ${mode} mode, but Stripe answered for the other one. Nothing was stored. The operator should check that ${linkVariable(mode)} and ${keyVariable(mode)} belong to ${mode} mode.`,
      ...anyMode(ctx),
    ),
  notAllowed: (_ctx: Context, accountId: string) => problem('This account may not connect here', notAllowed(accountId)),
  beingErased: (_ctx: Context, mode: Mode) =>
    problem(
      'The earlier data is still being erased',
      'You asked for the data of this account to be erased, and that is still going on. Connect again in a minute.',
      again(mode),
    ),
  openLink: () =>
    problem(
      'This link has been used or has expired',
      'A link from the Stripe Dashboard works once, for 10 minutes. Open the app in the Dashboard again to get a fresh one.',
    ),
};

/** Of connecting with a restricted key. */
export const KEY_PROBLEMS = {
  notRestricted: () =>
    problem(
      'That is not a restricted key',
      'A restricted key begins with rk_live_ or rk_test_. Create one in the Stripe Dashboard under Developers → API keys; never paste a secret key (sk_…).',
    ),
  appConfigured: (mode: Mode) =>
    problem(
      `Use Connect to Stripe in ${mode} mode`,
      `This Tillpost has a Stripe App for ${mode} mode, so accounts connect through it, not with a key.`,
      again(mode),
    ),
  refused: () =>
    problem(
      'Stripe refuses this key',
      'The key is mistyped, expired or was deleted. Copy it again from the Stripe Dashboard, or create a new one.',
    ),
  missing: (permissions: readonly string[]) =>
    problem(
      'The key lacks permissions',
      `Edit the key in the Stripe Dashboard and add: ${permissions.join(', ')}. Then paste it again.`,
    ),
  unreachable: () =>
    problem(
      'Stripe can not be reached',
      'Stripe gave no usable answer just now. Wait a moment and paste the key again.',
    ),
  beingErased: () =>
    problem(
      'The earlier data is still being erased',
      'You asked for the data of this account to be erased, and that is still going on. Paste the key again in a minute.',
    ),
};
