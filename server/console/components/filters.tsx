/** A list's filters: a plain GET form; with htmx the list follows each change. */
import type { ReactNode } from 'react';
import { LinkButton } from './blocks';
import { buttonClass, SelectField, type SelectOption } from './form';

/** Not when a search field is left: its answer is there by then, and somebody's cursor may be in it. */
const TRIGGER = [
  'submit',
  'change target:select',
  "change target:input:not([type='search'])",
  "input changed delay:300ms from:find input[type='search']",
].join();

/**
 * `target` is the id of the element that htmx replaces; the server returns the whole page. `alsoChanges` are the ids of
 * others that the filters change, outside the fields that somebody may be typing in.
 */
export function Filters({
  action,
  target,
  alsoChanges = [],
  isFiltered,
  children,
}: {
  action: string;
  target: string;
  alsoChanges?: readonly string[];
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
      hx-trigger={TRIGGER}
      hx-target={`#${target}`}
      hx-select={`#${target}`}
      hx-select-oob={alsoChanges.map((id) => `#${id}`).join() || undefined}
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

interface FilterSelectProps {
  name: string;
  label: string;
  value: string | undefined;
  /** What the choice that filters nothing is called. */
  all: string;
  options: readonly SelectOption[];
}

export const FilterSelect = ({ name, label, value = '', all, options }: FilterSelectProps) => (
  <SelectField
    id={name}
    name={name}
    label={label}
    defaultValue={value}
    options={[{ value: '', label: all }, ...options]}
  />
);

/** `path` with the parameters of `query` that are not empty. */
export function href(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return set.length ? `${path}?${new URLSearchParams(set).toString()}` : path;
}
