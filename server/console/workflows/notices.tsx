/** The ledger of notices: for each subscription and period what was due when, and what came of it. */
import { CATALOGUE } from '../../../shared/catalogue';
import { SCHEDULE_TYPES } from '../../../shared/schedules';
import { NOTICE_WORDS } from '../../../shared/words/schedules';
import { EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import type { Count, TwoWayList } from '../../db/page';
import type { NoticeView } from '../../schedules/read-ledger';
import { Badge } from '../components/badge';
import { Empty, LinkButton, PageHead } from '../components/blocks';
import { Filters, FilterSelect, href } from '../components/filters';
import { TextField } from '../components/form';
import { isFirstPage, Pages, type PageQuery } from '../components/pages';
import { Table, type Column } from '../components/table';
import { None, Time, Total } from '../components/values';
import { Shell } from '../layout';
import { useViewer } from '../page';

export interface NoticeQuery extends PageQuery {
  workflow?: string;
  kind?: string;
  state?: string;
  about?: string;
}

export interface NoticesPageProps {
  notices: TwoWayList<NoticeView>;
  count: Count;
  query: NoticeQuery;
  workflows: ReadonlyMap<string, string>;
}

const PATH = '/workflows/notices';

export function NoticesPage({ notices, count, query, workflows }: NoticesPageProps) {
  const { isLimited } = useViewer();
  const { starting_after: _after, ending_before: _before, page: _page, ...filter } = query;
  const isFiltered = Object.values(filter).some(Boolean);
  const rows = notices.data.map((notice) => ({ ...notice, workflowName: workflows.get(notice.workflow) ?? null }));
  return (
    <Shell title="Notices" section="workflows">
      <PageHead
        title="Notices"
        back={{ href: '/workflows', label: 'Workflows' }}
        lead={NOTICE_WORDS.lead}
        actions={
          !isLimited && rows.length > 0 && <LinkButton href={href(`${PATH}.csv`, filter)}>Export as CSV</LinkButton>
        }
      />
      {rows.length === 0 && !isFiltered && isFirstPage(query) ? (
        <Empty
          icon="workflows"
          title="No notices yet"
          actions={<LinkButton href="/workflows">Go to workflows</LinkButton>}
        >
          {NOTICE_WORDS.none}
        </Empty>
      ) : (
        <>
          <Filters action={PATH} target="notice-list" isFiltered={isFiltered}>
            <FilterSelect
              name="kind"
              label="Notice"
              value={query.kind}
              all="All notices"
              options={SCHEDULE_TYPES.map((value) => ({ value, label: CATALOGUE[value].label }))}
            />
            <FilterSelect
              name="workflow"
              label="Workflow"
              value={query.workflow}
              all="All workflows"
              options={[...workflows].map(([value, label]) => ({ value, label }))}
            />
            <FilterSelect
              name="state"
              label="State"
              value={query.state}
              all="Given or missed"
              options={[
                { value: 'given', label: NOTICE_WORDS.given },
                { value: 'missed', label: NOTICE_WORDS.missed },
              ]}
            />
            <TextField id="about" name="about" label="Subscription, invoice or customer" defaultValue={query.about} />
          </Filters>
          <div id="notice-list">
            <p className="list-head" role="status">
              <Total {...count} one="notice" />
            </p>
            {rows.length === 0 ? (
              <Empty
                icon="workflows"
                title="No notice matches"
                actions={<LinkButton href={PATH}>Clear the filters</LinkButton>}
              >
                Try another workflow or state.
              </Empty>
            ) : (
              <Table caption="Notices" columns={COLUMNS} rows={rows} />
            )}
            <Pages path={PATH} filter={filter} list={notices} />
          </div>
        </>
      )}
    </Shell>
  );
}

type NoticeRow = NoticeView & { workflowName: string | null };

const COLUMNS: readonly Column<NoticeRow>[] = [
  {
    label: 'Notice',
    kind: 'wide',
    cell: (notice) => (
      <>
        {notice.event ? (
          <a className="row-link" href={`/events/${notice.event}`}>
            {CATALOGUE[notice.kind].label}
          </a>
        ) : (
          CATALOGUE[notice.kind].label
        )}
        <span className="row-sub">{notice.workflowName ?? 'Deleted workflow'}</span>
      </>
    ),
  },
  {
    label: 'About',
    cell: (notice) => (
      <>
        <code>{notice.about}</code>
        {notice.email?.to && <span className="row-sub">{notice.email.to}</span>}
      </>
    ),
  },
  { label: 'Of', cell: ({ date }) => <Time at={date} /> },
  { label: 'Was due', cell: ({ due_at }) => <Time at={due_at} /> },
  { label: 'Given', cell: ({ given_at }) => (given_at ? <Time at={given_at} /> : <None words="not given" />) },
  {
    label: 'Accepted',
    cell: ({ email }) => (email?.accepted_at ? <Time at={email.accepted_at} /> : <None words="not accepted" />),
  },
  {
    label: 'Came of it',
    cell: ({ email, missed }) => {
      if (missed) return <Badge tone="warn" label={NOTICE_WORDS.missed} />;
      return email ? (
        <a href={`/emails/${email.id}`}>
          <Badge {...EMAIL_STATUS_WORDS[email.status]} />
        </a>
      ) : (
        <None words="no email" />
      );
    },
  },
];
