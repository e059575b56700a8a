/** The frame of every page: head, navigation, account and mode, notices. */
import type { ReactNode } from 'react';
import { DISCONNECT_WORDS, RECONNECT_WORDS } from '../../shared/words/connection';
import { WEBHOOKS_OFF_STRIP } from '../../shared/words/webhooks';
import type { Mode } from '../config';
import { modeOf } from '../db/tenant';
import type { Trouble } from '../installs/troubles';
import type { ShownLogo } from '../settings/look';
import { LinkButton, NoticeBanner } from './components/blocks';
import { ButtonForm } from './components/form';
import { Icon, Mark, type IconName } from './components/icon';
import { PageFoot } from './components/page-foot';
import { usePage, type InstallChoice, type Viewer } from './page';

export type SectionName = 'overview' | 'events' | 'audience' | 'workflows' | 'emails' | 'recovery' | 'settings';

const SECTIONS: readonly { name: SectionName; href: string; label: string }[] = [
  { name: 'overview', href: '/', label: 'Overview' },
  { name: 'events', href: '/events', label: 'Events' },
  { name: 'audience', href: '/audience', label: 'Audience' },
  { name: 'workflows', href: '/workflows', label: 'Workflows' },
  { name: 'emails', href: '/emails', label: 'Emails' },
  { name: 'recovery', href: '/recovery', label: 'Recovered' },
  { name: 'settings', href: '/settings/stripe', label: 'Settings' },
];

/** A page of the console. */
export function Shell({
  title,
  section,
  isWide = false,
  children,
}: {
  title: string;
  /** Null: none of them. */
  section: SectionName | null;
  isWide?: boolean;
  children: ReactNode;
}) {
  const { viewer, notice, url } = usePage();
  if (!viewer) return <Plain title={title}>{children}</Plain>;
  return (
    <Document title={title}>
      <div className={viewer.tenant.livemode ? 'shell' : 'shell shell-test'}>
        {!viewer.tenant.livemode && (
          <p className="test-bar">
            <strong>Test mode</strong>
            <span> No real customers or payments.</span>
          </p>
        )}
        <Sidebar viewer={viewer} section={section} />
        <main id="main" className={isWide ? 'main main-wide' : 'main'} tabIndex={-1}>
          {!url.startsWith(CONNECTION_PATH) && <ConnectionStrip viewer={viewer} />}
          <TroubleStrips viewer={viewer} url={url} />
          <NoticeBanner notice={notice} />
          {children}
          {section && <PageFoot area={section} />}
        </main>
      </div>
    </Document>
  );
}

/** Says it at more length itself. */
const CONNECTION_PATH = '/settings/stripe';

function ConnectionStrip({ viewer: { status } }: { viewer: Viewer }) {
  if (status === 'active') return null;
  const { words, link } = STRIP_WORDS[status];
  return (
    <p className="strip">
      {words} <a href={CONNECTION_PATH}>{link}</a>
    </p>
  );
}

/** Not on the page that says it at more length. */
const TroubleStrips = ({ viewer: { troubles }, url }: { viewer: Viewer; url: string }) =>
  troubles
    .map((trouble) => ({ trouble, ...TROUBLE_STRIPS[trouble] }))
    .filter(({ href }) => !url.startsWith(href))
    .map(({ trouble, words, href, link }) => (
      <p key={trouble} className="strip">
        {words} <a href={href}>{link}</a>
      </p>
    ));

const TROUBLE_STRIPS: Record<Trouble, { words: string; href: string; link: string }> = {
  webhooks: { words: WEBHOOKS_OFF_STRIP, href: '/settings/webhooks', link: 'See which' },
};

const STRIP_WORDS = {
  needs_reconnect: { words: RECONNECT_WORDS.description, link: 'Reconnect' },
  removed: { words: DISCONNECT_WORDS.strip, link: 'See what can be done' },
} as const;

/** A page that needs no session: home, problems, preferences. `site` is whose page it is where it isn't ours. */
export function Plain({
  title,
  children,
  hasHomeLink = true,
  site,
  logo,
}: {
  title: string;
  children: ReactNode;
  hasHomeLink?: boolean;
  site?: string;
  /** Stands in place of the site's name. */
  logo?: ShownLogo | null;
}) {
  const head = hasHomeLink ? <Brand /> : null;
  return (
    <Document title={title} site={site}>
      <div className={site ? 'plain plain-of-site' : 'plain'}>
        <header className="plain-head">
          {logo ? (
            <img className="site-logo" src={logo.url} width={logo.width} height={logo.height} alt={logo.alt || site} />
          ) : (
            (site ?? head)
          )}
        </header>
        <main id="main" className="plain-main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </Document>
  );
}

const Brand = () => (
  <a className="brand" href="/">
    <Mark />
    Tillpost
  </a>
);

function Sidebar({ viewer, section }: { viewer: Viewer; section: SectionName | null }) {
  return (
    <header className="sidebar">
      <Brand />
      <Account viewer={viewer} />
      <nav className="nav" aria-label="Console">
        {SECTIONS.map(({ name, href, label }) => (
          <a key={name} href={href} aria-current={name === section ? 'page' : undefined}>
            <Icon name={name satisfies IconName} />
            {label}
          </a>
        ))}
      </nav>
      <details className="session">
        <summary>Session</summary>
        <ButtonForm action="/session/sign-out" label="Sign out" tone="quiet" />
        <LinkButton href="/settings/people" tone="quiet">
          All sessions
        </LinkButton>
      </details>
    </header>
  );
}

function Account({ viewer }: { viewer: Viewer }) {
  const { tenant, accountName, installs } = viewer;
  const others = installs.filter((install) => install.tenant.accountId !== tenant.accountId);
  return (
    <div className="account">
      <p className="account-name" title={tenant.accountId}>
        {accountName ?? tenant.accountId}
      </p>
      <div className="modes" role="group" aria-label="Mode">
        <ModeSwitch viewer={viewer} livemode={true} />
        <ModeSwitch viewer={viewer} livemode={false} />
      </div>
      {others.length > 0 && (
        <details className="accounts" open={others.length <= 3}>
          <summary>Other accounts</summary>
          {others.map((install) => (
            <Switch key={`${install.tenant.accountId} ${install.tenant.livemode}`} install={install}>
              <span className="account-other">{install.accountName ?? install.tenant.accountId}</span>
              <span className={install.tenant.livemode ? 'mode-word' : 'mode-word mode-word-test'}>
                {modeWord(install.tenant.livemode)}
              </span>
            </Switch>
          ))}
        </details>
      )}
    </div>
  );
}

/** The mode on screen, a button to the other one, or the way to connect it. */
function ModeSwitch({ viewer, livemode }: { viewer: Viewer; livemode: boolean }) {
  const { tenant, installs } = viewer;
  const word = modeWord(livemode);
  if (tenant.livemode === livemode)
    return (
      <span className="mode" aria-current="true">
        {word}
      </span>
    );
  const install = installs.find(
    (other) => other.tenant.accountId === tenant.accountId && other.tenant.livemode === livemode,
  );
  if (install) return <Switch install={install}>{word}</Switch>;
  return (
    <a
      className="mode mode-connect"
      href={connectPagePath(modeOf({ livemode }))}
      title={`Connect this account in ${word.toLowerCase()} mode`}
    >
      {word}
    </a>
  );
}

const Switch = ({ install, children }: { install: InstallChoice; children: ReactNode }) => (
  <ButtonForm
    action="/session/switch"
    label={children}
    tone="quiet"
    fields={{ account_id: install.tenant.accountId, mode: modeOf(install.tenant) }}
  />
);

/** Explains the mode, and begins to connect it. */
export const connectPagePath = (mode: Mode): string => `/settings/connect?mode=${mode}`;

const modeWord = (livemode: boolean) => (livemode ? 'Live' : 'Test');

const HTMX_CONFIG = JSON.stringify({
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollBehavior: 'auto',
  // What was swapped in listens at once: a change within htmx's usual 20 ms would go unheard.
  defaultSettleDelay: 0,
  // Pages that show what is wrong with a form have these statuses: they are swapped in as well.
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '400|409|422|429', swap: true },
    { code: '...', swap: false, error: true },
  ],
});

function Document({ title, site, children }: { title: string; site?: string; children: ReactNode }) {
  const { assets, address, styles } = usePage();
  return (
    <html lang="en" data-address={address ?? undefined}>
      <head>
        <meta charSet="utf-8" />
        <title>{`${title} · ${site ?? 'Tillpost'}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <meta name="htmx-config" content={HTMX_CONFIG} />
        <link rel="icon" href={site ? 'data:,' : assets.icon} type={site ? undefined : 'image/svg+xml'} />
        <link rel="stylesheet" href={assets.styles} />
        {styles !== null && <style dangerouslySetInnerHTML={{ __html: styles }} />}
        {!site && <script src={assets.htmx} defer />}
        {!site && <script src={assets.script} defer />}
      </head>
      <body>
        <a className="skip" href="#main">
          Skip to content
        </a>
        {children}
        <div id="alert" className="toast" role="alert" hidden />
      </body>
    </html>
  );
}
