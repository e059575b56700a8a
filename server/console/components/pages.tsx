/** The way through a long list: first, previous, next, last, each a link, so that Back works. */
import { LinkButton } from './blocks';
import { buttonClass } from './form';
import { href } from './filters';

export const PAGE_QUERY = ['starting_after', 'ending_before', 'page'] as const;

/** Where a list is looked at: query parameters, unchecked. */
export interface PageQuery {
  starting_after?: string;
  ending_before?: string;
  page?: string;
}

/** What is asked of a list that is read both ways. */
export const placeOf = ({ starting_after, ending_before, page }: PageQuery) => {
  if (page === 'last') return { ending_before: '' };
  return ending_before === undefined ? { starting_after } : { ending_before };
};

export const isFirstPage = ({ starting_after, ending_before, page }: PageQuery): boolean =>
  !starting_after && !ending_before && page !== 'last';

interface PagesProps {
  path: string;
  /** The list's filters. */
  filter: Readonly<Record<string, string | undefined>>;
  list: { data: readonly { id: string }[]; has_more: boolean; has_newer: boolean };
}

export function Pages({ path, filter, list: { data, has_more, has_newer } }: PagesProps) {
  if (!has_more && !has_newer) return null;
  const to = (place: PageQuery) => href(path, { ...filter, ...place });
  const [first, last] = [data.at(0)?.id, data.at(-1)?.id];
  return (
    <nav className="pager" aria-label="Pages">
      <span className="pager-side">
        {has_newer && <LinkButton href={to({})}>First</LinkButton>}
        {has_newer && first && (
          <a className={buttonClass()} href={to({ ending_before: first })} rel="prev">
            Previous
          </a>
        )}
      </span>
      <span className="pager-side">
        {has_more && last && (
          <a className={buttonClass()} href={to({ starting_after: last })} rel="next">
            Next
          </a>
        )}
        {has_more && <LinkButton href={to({ page: 'last' })}>Last</LinkButton>}
      </span>
    </nav>
  );
}
