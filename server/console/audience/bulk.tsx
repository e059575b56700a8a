/** Changing many contacts: what is to be done and to whom, then a page that asks once more. */
import { USER_GROUP_LENGTH } from '../../../shared/limits';
import { CONTACT_LABELS } from '../../../shared/words/fields';
import { JOB_KIND_WORDS } from '../../../shared/words/contact-work';
import { Banner, Card, LinkButton, PageHead } from '../components/blocks';
import { href } from '../components/filters';
import { buttonClass, PostForm, SelectField, TextField } from '../components/form';
import { Plural } from '../components/values';
import { Shell } from '../layout';
import { useFormats, useViewer } from '../page';
import { FilterFields, type AudienceFilter } from './filters';

export const BULK_ACTIONS = ['group', 'unsubscribe', 'delete', 'export'] as const;
type BulkAction = (typeof BULK_ACTIONS)[number];

const ACTION_WORDS: Record<BulkAction, string> = { ...JOB_KIND_WORDS, export: 'Export as CSV' };

/** Stands in the form that has the list's checkboxes. */
export function BulkBar({ count, isFiltered }: { count: string; isFiltered: boolean }) {
  const { isLimited } = useViewer();
  const actions = BULK_ACTIONS.filter((action) => !isLimited || action === 'group' || action === 'unsubscribe');
  return (
    <div className="bulk-bar" role="group" aria-label="Change several contacts">
      <label className="bulk-all" hidden>
        <input type="checkbox" data-select-all="" />
        <span data-selected="">Select all on this page</span>
      </label>
      <SelectField
        id="scope"
        name="scope"
        label="Whom"
        isLabelHidden
        options={[
          { value: 'selected', label: 'Those selected' },
          { value: 'all', label: isFiltered ? `All ${count} that match` : `All ${count}` },
        ]}
      />
      <SelectField
        id="action"
        name="action"
        label="What to do"
        isLabelHidden
        options={actions.map((value) => ({ value, label: ACTION_WORDS[value] }))}
      />
      <button className={buttonClass()}>Continue</button>
    </div>
  );
}

export interface BulkPageProps {
  action: Exclude<BulkAction, 'export'>;
  count: number;
  /** Those that were selected; null: all that the filter matches. */
  ids: readonly string[] | null;
  filter: AudienceFilter;
  userGroups: readonly string[];
  /** Why what was typed is refused. */
  error?: { field: 'group' | 'count'; words: string; typed: string };
}

const WORDS = {
  group:
    'They get this user group, whatever they had. No workflow starts; those that look at the group see it from then on.',
  unsubscribe: 'They get no marketing any more, until they come back by a link of their own or you resubscribe each.',
  delete:
    'Their runs stop, their emails and event payloads are blanked. Late events of their Stripe customers don’t bring them back. This can’t be undone.',
} as const;

export function BulkPage({ action, count, ids, filter, userGroups, error }: BulkPageProps) {
  const formats = useFormats();
  const list = href('/audience', { ...filter });
  const errorOf = (field: 'group' | 'count') => (error?.field === field ? error.words : undefined);
  return (
    <Shell title={JOB_KIND_WORDS[action]} section="audience">
      <PageHead title={JOB_KIND_WORDS[action]} back={{ href: list, label: 'Audience' }} />
      <Card className="narrow-card">
        <PostForm action="/audience/jobs" className="stack">
          <FilterFields filter={filter} />
          <input type="hidden" name="action" value={action} />
          <input type="hidden" name="scope" value={ids ? 'selected' : 'all'} />
          {ids && <input type="hidden" name="ids" value={ids.join(',')} />}
          <p>
            This is about{' '}
            <strong>
              <Plural count={count} one="contact" />
            </strong>
            {ids
              ? ', those you selected.'
              : Object.values(filter).some(Boolean)
                ? ', all that your filter matches.'
                : ', all there are.'}
          </p>
          {action === 'delete' ? <Banner tone="warn">{WORDS.delete}</Banner> : <p className="hint">{WORDS[action]}</p>}
          {action === 'group' && (
            <>
              <TextField
                id="group"
                name="group"
                label={CONTACT_LABELS.user_group}
                hint="Blank takes the group away."
                list="groups"
                maxLength={USER_GROUP_LENGTH}
                defaultValue={error?.typed ?? ''}
                error={errorOf('group')}
                autoComplete="off"
              />
              <datalist id="groups">
                {userGroups.map((group) => (
                  <option key={group} value={group} />
                ))}
              </datalist>
            </>
          )}
          {action === 'delete' && (
            <TextField
              id="count"
              name="count"
              label={`Type ${formats.number(count)} to confirm`}
              inputMode="numeric"
              required
              defaultValue={error?.typed ?? ''}
              error={errorOf('count')}
              autoComplete="off"
            />
          )}
          <div className="actions">
            <button className={buttonClass(action === 'delete' ? 'danger' : 'primary')}>
              {action === 'group' ? 'Set the group' : action === 'unsubscribe' ? 'Unsubscribe them' : 'Delete them'}
            </button>
            <LinkButton href={list}>Cancel</LinkButton>
          </div>
        </PostForm>
      </Card>
    </Shell>
  );
}
