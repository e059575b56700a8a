/** What the audience is filtered by, and the filters that are kept by name. */
import { CONTACT_STATUSES, SUBSCRIPTION_STATUSES } from '../../../shared/api';
import { FILTER_NAME_LENGTH } from '../../../shared/limits';
import { BILLING_LABELS, CONTACT_LABELS } from '../../../shared/words/fields';
import { CONTACT_STATUS_WORDS, EMAIL_STATUS_WORDS, SUBSCRIPTION_STATUS_WORDS } from '../../../shared/words/statuses';
import type { SavedFilter } from '../../audience/saved-filters';
import { Filters, FilterSelect, href } from '../components/filters';
import { buttonClass, PostForm, TextField } from '../components/form';
import { Icon } from '../components/icon';

/** Offered beside the statuses: whatever the contact chose, its address takes no mail. */
export const SUPPRESSED = 'suppressed';

/** The page's filters, unchecked. */
export interface AudienceFilter {
  query?: string;
  status?: string;
  user_group?: string;
  subscription_status?: string;
  /** A currency. This and the days come with a link of the overview; their fields show where they are set. */
  mrr_in?: string;
  /** YYYY-MM-DD, both days included. */
  since?: string;
  until?: string;
}
export const FILTER_QUERY = [
  'query',
  'status',
  'user_group',
  'subscription_status',
  'mrr_in',
  'since',
  'until',
] as const;

export function AudienceFilters({ filter, userGroups }: { filter: AudienceFilter; userGroups: readonly string[] }) {
  return (
    <Filters
      action="/audience"
      target="contact-list"
      alsoChanges={['saved-filters']}
      isFiltered={Object.values(filter).some(Boolean)}
    >
      <div className="field-search field">
        <TextField
          id="query"
          name="query"
          type="search"
          label="Search"
          placeholder="Name, email or Stripe id"
          defaultValue={filter.query ?? ''}
          autoComplete="off"
        />
      </div>
      <FilterSelect
        name="status"
        label="Status"
        value={filter.status}
        all="Any status"
        options={[
          ...CONTACT_STATUSES.map((value) => ({ value, label: CONTACT_STATUS_WORDS[value].label })),
          { value: SUPPRESSED, label: EMAIL_STATUS_WORDS.suppressed.label },
        ]}
      />
      <FilterSelect
        name="user_group"
        label={CONTACT_LABELS.user_group}
        value={filter.user_group}
        all="Any group"
        options={[...new Set([...userGroups, filter.user_group ?? []].flat())].map((value) => ({
          value,
          label: value,
        }))}
      />
      <FilterSelect
        name="subscription_status"
        label={BILLING_LABELS.subscription_status}
        value={filter.subscription_status}
        all="Any subscription"
        options={SUBSCRIPTION_STATUSES.map((value) => ({ value, label: SUBSCRIPTION_STATUS_WORDS[value].label }))}
      />
      {filter.mrr_in && (
        <FilterSelect
          name="mrr_in"
          label={BILLING_LABELS.mrr}
          value={filter.mrr_in}
          all="Any or none"
          options={[{ value: filter.mrr_in, label: `Some, in ${filter.mrr_in.toUpperCase()}` }]}
        />
      )}
      {(filter.since || filter.until) && (
        <>
          <TextField id="since" name="since" type="date" label="Added from" defaultValue={filter.since ?? ''} />
          <TextField id="until" name="until" type="date" label="To" defaultValue={filter.until ?? ''} />
        </>
      )}
    </Filters>
  );
}

/** Fields of a form that say what the list is filtered by. */
export const FilterFields = ({ filter }: { filter: AudienceFilter }) => (
  <>
    {FILTER_QUERY.map(
      (name) => filter[name] && <input key={name} type="hidden" name={`filter.${name}`} value={filter[name]} />,
    )}
  </>
);

/** A name that a filter couldn't be saved by, and why. */
export interface RefusedName {
  typed: string;
  words: string;
}

export function SavedFilters({
  filters,
  filter,
  refused,
}: {
  filters: readonly SavedFilter[];
  filter: AudienceFilter;
  refused?: RefusedName | undefined;
}) {
  const here = href('/audience', { ...filter });
  const isFiltered = here !== '/audience';
  const current = filters.find((one) => href('/audience', one.query) === here);
  return (
    <div id="saved-filters">
      {(filters.length > 0 || isFiltered || refused) && (
        <div className="chips">
          {filters.length > 0 && (
            <ul className="chip-list" aria-label="Saved filters">
              {filters.map((one) => (
                <li key={one.id}>
                  <a
                    className="chip"
                    href={href('/audience', one.query)}
                    aria-current={one === current ? 'page' : undefined}
                  >
                    {one.name}
                  </a>
                </li>
              ))}
            </ul>
          )}
          {current && (
            <PostForm action={`/audience/filters/${current.id}/delete`} className="button-form">
              <button className={buttonClass('quiet')} aria-label={`Remove the saved filter ${current.name}`}>
                <Icon name="close" /> Remove
              </button>
            </PostForm>
          )}
          {((isFiltered && !current) || refused) && (
            <details className="menu chip-save" open={refused && true}>
              <summary className={buttonClass('quiet')}>
                <Icon name="plus" /> Save this filter
              </summary>
              <PostForm action="/audience/filters" className="menu-body stack">
                <FilterFields filter={filter} />
                <TextField
                  id="filter-name"
                  name="name"
                  label="Name"
                  required
                  maxLength={FILTER_NAME_LENGTH}
                  defaultValue={refused?.typed}
                  error={refused?.words}
                />
                <button className={buttonClass('primary')}>Save filter</button>
              </PostForm>
            </details>
          )}
        </div>
      )}
    </div>
  );
}
