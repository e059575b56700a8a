/** What the list of emails is filtered by, besides their state. */
import { EMAIL_FATES, type EmailReason, type EmailStatus } from '../../../shared/api';
import { EMAIL_REASON_LABELS } from '../../../shared/words/email-reasons';
import { EMAIL_FATE_LABELS, EMAIL_KIND_LABELS, EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import { nameStep } from '../../../shared/words/workflows';
import { EMAIL_KINDS, stepsOf, type Definition } from '../../../shared/workflow';
import { Filters, FilterSelect } from '../components/filters';
import { PAGE_QUERY, type PageQuery } from '../components/pages';
import { TextField, type SelectOption } from '../components/form';

/** The page's query parameters, unchecked. */
export interface EmailQuery extends PageQuery {
  status?: string;
  fate?: string;
  reason?: string;
  /** Part of a contact's address or name. */
  contact?: string;
  workflow?: string;
  step?: string;
  kind?: string;
  /** YYYY-MM-DD, both days included. */
  since?: string;
  until?: string;
}
export const EMAIL_QUERY = [
  'status',
  'fate',
  'reason',
  'contact',
  'workflow',
  'step',
  'kind',
  'since',
  'until',
  ...PAGE_QUERY,
] as const satisfies (keyof EmailQuery)[];

interface EmailFiltersProps {
  query: EmailQuery;
  workflows: readonly { id: string; name: string }[];
  /** Of the workflow that is chosen; null: none is, or it was deleted. */
  definition: Definition | null;
}

/** What depends on another choice follows it: see `alsoChanges`. */
export function EmailFilters({ query, workflows, definition }: EmailFiltersProps) {
  const { status, starting_after: _after, ending_before: _before, page: _page, ...filter } = query;
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <Filters
      action="/emails"
      target="email-list"
      alsoChanges={['email-tabs', 'email-step', 'email-chart', 'email-status']}
      isFiltered={isFiltered}
    >
      <span id="email-status">{status && <input type="hidden" name="status" value={status} />}</span>
      <TextField
        id="contact"
        name="contact"
        type="search"
        label="Recipient"
        placeholder="Part of an address"
        defaultValue={query.contact ?? ''}
        autoComplete="off"
      />
      <FilterSelect
        name="workflow"
        label="Workflow"
        value={query.workflow}
        all="All workflows"
        options={withGone(
          workflows.map(({ id, name }) => ({ value: id, label: name })),
          query.workflow,
          'Deleted workflow',
        )}
      />
      <div id="email-step" className="field-slot">
        {query.workflow && (
          <FilterSelect
            name="step"
            label="Step"
            value={query.step}
            all="All steps"
            options={withGone(emailSteps(definition), query.step, 'Removed step')}
          />
        )}
      </div>
      <FilterSelect
        name="fate"
        label="After sending"
        value={query.fate}
        all="Anything"
        options={EMAIL_FATES.map((value) => ({ value, label: EMAIL_FATE_LABELS[value] }))}
      />
      <FilterSelect name="reason" label="Why not" value={query.reason} all="Any reason" options={REASON_OPTIONS} />
      <FilterSelect
        name="kind"
        label="Kind"
        value={query.kind}
        all="Both kinds"
        options={EMAIL_KINDS.map((value) => ({ value, label: EMAIL_KIND_LABELS[value] }))}
      />
      <TextField id="since" name="since" type="date" label="Queued from" defaultValue={query.since ?? ''} />
      <TextField id="until" name="until" type="date" label="To" defaultValue={query.until ?? ''} />
    </Filters>
  );
}

/** `value` stays to be chosen though it is none of the options. */
function withGone(options: SelectOption[], value: string | undefined, gone: string): SelectOption[] {
  const isGone = value !== undefined && !options.some((option) => option.value === value);
  return isGone ? [...options, { value, label: gone }] : options;
}

const emailSteps = (definition: Definition | null): SelectOption[] =>
  definition
    ? stepsOf(definition)
        .filter(({ step }) => step.kind === 'email')
        .map(({ step }) => ({ value: step.id, label: nameStep(step) }))
    : [];

/** By the state that each is a reason of. That an email bounced is what became of it after it was sent. */
const REASON_GROUPS: Record<Exclude<EmailReason, 'bounced'>, EmailStatus> = {
  not_true: 'suppressed',
  state_unknown: 'suppressed',
  unsubscribed: 'suppressed',
  transactional_only: 'suppressed',
  not_on_list: 'suppressed',
  address_suppressed: 'suppressed',
  contact_deleted: 'suppressed',
  run_ended: 'suppressed',
  discarded: 'suppressed',
  refused: 'failed',
  gave_up: 'failed',
  unknown_acceptance: 'failed',
  disconnected: 'failed',
  missing_value: 'held',
  over_budget: 'held',
  test_mode: 'captured',
  no_mail_server: 'captured',
  retrying: 'queued',
};

const REASON_OPTIONS: readonly SelectOption[] = Object.entries(REASON_GROUPS).map(([value, status]) => ({
  value,
  label: EMAIL_REASON_LABELS[value as EmailReason],
  group: EMAIL_STATUS_WORDS[status].label,
}));
