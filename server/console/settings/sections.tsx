/** The pages of the settings: their tabs, and the frame that each stands in. */
import type { ReactNode } from 'react';
import { PageHead, Tabs } from '../components/blocks';
import { Shell } from '../layout';

/** One line a page. */
const SETTINGS_PAGES = {
  stripe: { label: 'Stripe', href: '/settings/stripe' },
  sending: { label: 'Sending', href: '/settings/sending' },
  branding: { label: 'Branding', href: '/settings/branding' },
  api: { label: 'API', href: '/settings/api' },
  properties: { label: 'Properties', href: '/settings/properties' },
  webhooks: { label: 'Webhooks', href: '/settings/webhooks' },
  forwarding: { label: 'Forwarding', href: '/settings/forwarding' },
  people: { label: 'People', href: '/settings/people' },
} as const;
type SettingsPageName = keyof typeof SETTINGS_PAGES;

interface SettingsShellProps {
  page: SettingsPageName;
  lead: ReactNode;
  badge?: ReactNode;
  actions?: ReactNode;
  /** Above all else: what is wrong with what was sent. */
  alert?: ReactNode;
  children: ReactNode;
}

export function SettingsShell({ page, lead, badge, actions, alert, children }: SettingsShellProps) {
  const pages = Object.entries(SETTINGS_PAGES);
  return (
    <Shell title={`${SETTINGS_PAGES[page].label} · Settings`} section="settings">
      {alert}
      <Tabs label="Settings" tabs={pages.map(([name, tab]) => ({ ...tab, isCurrent: name === page }))} />
      <PageHead title={SETTINGS_PAGES[page].label} badge={badge} lead={lead} actions={actions} />
      {children}
    </Shell>
  );
}
