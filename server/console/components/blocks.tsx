/** The blocks that pages are put together from. */
import type { ReactNode } from 'react';
import type { TermKey } from '../../../shared/words/help';
import type { Notice } from '../notices';
import { buttonClass, type ButtonTone } from './form';
import { Hint } from './hint';
import { Icon, type IconName } from './icon';

export function PageHead({
  title,
  back,
  badge,
  hint = [],
  lead,
  actions,
}: {
  title: ReactNode;
  /** Words of ours on the page. */
  hint?: readonly TermKey[];
  back?: { href: string; label: string };
  badge?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="page-head">
      {back && (
        <a className="back" href={back.href}>
          <Icon name="back" /> {back.label}
        </a>
      )}
      <div className="page-head-row">
        <div className="page-head-title">
          <h1>{title}</h1>
          {(badge || hint.length > 0) && (
            <span className="page-head-marks">
              {badge}
              <Hint terms={hint} />
            </span>
          )}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {lead && <p className="lead">{lead}</p>}
    </header>
  );
}

export function Section({
  title,
  lead,
  actions,
  children,
  id,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className="section" id={id} aria-label={title}>
      <div className="section-head">
        <div>
          <h2>{title}</h2>
          {lead && <p className="hint">{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

export const Card = ({ children, className = '' }: { children: ReactNode; className?: string }) => (
  <div className={`card ${className}`.trim()}>{children}</div>
);

/** What a place says while it has nothing to show, and the next step. */
export function Empty({
  icon,
  title,
  children,
  steps = [],
  actions,
}: {
  icon: IconName;
  title: string;
  children: ReactNode;
  /** What to do, in order. */
  steps?: readonly string[];
  actions?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon name={icon} className="empty-icon" />
      <h2>{title}</h2>
      <p>{children}</p>
      {steps.length > 0 && (
        <ol className="empty-steps">
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}

export function Banner({
  tone,
  title,
  children,
  actions,
}: {
  tone: 'good' | 'bad' | 'warn' | 'info';
  title?: string;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={`banner banner-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={BANNER_ICONS[tone]} />
      <div>
        {title && <strong>{title}</strong>}
        <div>{children}</div>
      </div>
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}

const BANNER_ICONS = { good: 'check', bad: 'warning', warn: 'warning', info: 'info' } as const;

export const NoticeBanner = ({ notice }: { notice: Notice | null }) =>
  notice ? <Banner tone={notice.tone}>{notice.text}</Banner> : null;

/** Names and values, one under the other. */
export function FactList({ facts }: { facts: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export const LinkButton = ({ href, tone, children }: { href: string; tone?: ButtonTone; children: ReactNode }) => (
  <a className={buttonClass(tone)} href={href}>
    {children}
  </a>
);

/** Tabs that are links: filters with one value. */
export function Tabs({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly { href: string; label: string; isCurrent: boolean }[];
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab.isCurrent ? 'page' : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  );
}
