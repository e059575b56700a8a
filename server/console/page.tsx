/** What every page knows besides its own props: who looks at it, how they write dates, and what just happened. */
import { createContext, useContext, type ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { InstallStatus } from '../../shared/api';
import type { Mode } from '../config';
import { modeOf, type Tenant } from '../db/tenant';
import type { Trouble } from '../installs/troubles';
import type { AssetUrls } from './assets';
import type { Formats } from './format';
import type { Notice } from './notices';

export interface InstallChoice {
  tenant: Tenant;
  accountName: string | null;
}

export interface Viewer {
  tenant: Tenant;
  accountName: string | null;
  status: InstallStatus;
  /** What every page says is wrong. */
  troubles: readonly Trouble[];
  /** A session opened from the Dashboard may do less: see requireFullSession. */
  isLimited: boolean;
  /** Every install this session may look at, this one too. */
  installs: readonly InstallChoice[];
  /** Where connecting begins, by mode. */
  connectHrefs: Record<Mode, string>;
}

export interface PageState {
  /** The path and query that was asked for. */
  url: string;
  /** On the answer to a form that was refused: the page the form stood on. Null on pages that were asked for. */
  address: string | null;
  formats: Formats;
  csrfToken: string;
  /** Null on the pages that need no session. */
  viewer: Viewer | null;
  notice: Notice | null;
  assets: AssetUrls;
  /** CSS of this page alone, on a merchant's pages; null on all others. */
  styles: string | null;
}

const PageContext = createContext<PageState | null>(null);

export function usePage(): PageState {
  const page = useContext(PageContext);
  if (!page) throw new Error('rendered outside renderPage');
  return page;
}

export const useFormats = (): Formats => usePage().formats;

/** The date of a YYYY-MM-DD. */
export function useDayName(): (day: string) => string {
  const { locale } = useFormats();
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return (day) => format.format(new Date(day));
}

/** The viewer of a page that is only shown with a session. */
export function useViewer(): Viewer {
  const { viewer } = usePage();
  if (!viewer) throw new Error('this page needs a session');
  return viewer;
}

/** Where this account is connected again, in the mode on screen. */
export function useConnectHref(): string {
  const { tenant, connectHrefs } = useViewer();
  return connectHrefs[modeOf(tenant)];
}

/** The address that shows this page without its open confirmation or refused form. */
export function usePageAddress(): string {
  const { url, address } = usePage();
  return address ?? url;
}

export const renderPage = (page: PageState, content: ReactElement): string =>
  `<!doctype html>${renderToStaticMarkup(<PageContext.Provider value={page}>{content}</PageContext.Provider>)}`;
