/** A list's filters: a plain GET form; with htmx the list follows each change. */
import type { ReactNode } from 'react';
import { LinkButton } from './blocks';
import { buttonClass } from './form';

/** `target` is the id of the element that htmx replaces; the server returns the whole page. */
export function Filters({
  action,
  target,
  isFiltered,
  children,
}: {
  action: string;
  target: string;
  isFiltered: boolean;
  children: ReactNode;
}) {
  return (
    <form
      method="get"
      action={action}
      className="filters"
      role="search"
      hx-get={action}
      hx-trigger="change, submit, input changed delay:300ms from:find input[type='search']"
      hx-target={`#${target}`}
      hx-select={`#${target}`}
      hx-swap="outerHTML"
      hx-push-url="true"
      hx-sync="this:replace"
    >
      {children}
      <button className={buttonClass()}>Filter</button>
      {isFiltered && (
        <LinkButton href={action} tone="quiet">
          Clear
        </LinkButton>
      )}
    </form>
  );
}

/** `path` with the parameters of `query` that are not empty. */
export function href(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return set.length ? `${path}?${new URLSearchParams(set).toString()}` : path;
}
