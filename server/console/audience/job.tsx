/** Work on many contacts: what an import would change, how far it has come, what came of it. */
import type { ContactJob, ContactJobParameters } from '../../audience/contact-jobs';
import type { ComparedLine } from '../../audience/import-contacts';
import type { RefusedLine } from '../../audience/import-lines';
import { CONSENT_CHOICES, JOB_KIND_WORDS, JOB_STATUS_WORDS, LINE_KIND_WORDS } from '../../../shared/words/contact-work';
import { Badge } from '../components/badge';
import { Banner, Card, PageHead, LinkButton } from '../components/blocks';
import { ButtonForm } from '../components/form';
import { refreshes } from '../components/refreshes';
import { Table, type Column } from '../components/table';
import { Count, Plural, Time } from '../components/values';
import { Shell } from '../layout';
import { usePage } from '../page';
import { Decide, Refused, Samples } from './import-preview';

export interface JobPageProps {
  job: ContactJob;
  parameters: ContactJobParameters;
  /** Of an import that waits to be confirmed: the first lines of each kind. */
  samples: readonly ComparedLine[];
  /** The first of them. */
  refused: readonly RefusedLine[];
  /** The mailing list that they are put on. */
  listName?: string | undefined;
  /** Why it can't be confirmed. */
  error?: string | undefined;
}

export function JobPage({ job, parameters, samples, refused, listName, error }: JobPageProps) {
  const { url } = usePage();
  const isUnderWay = job.status === 'checking' || job.status === 'running';
  return (
    <Shell title={JOB_KIND_WORDS[job.kind]} section="audience">
      <div id="job" data-live="" {...(isUnderWay && refreshes({ id: 'job', url, seconds: 1 }))}>
        <PageHead
          title={JOB_KIND_WORDS[job.kind]}
          back={{ href: '/audience', label: 'Audience' }}
          badge={<Badge {...JOB_STATUS_WORDS[job.status]} />}
        />
        <Words job={job} parameters={parameters} listName={listName} />
        {isUnderWay && <Progress job={job} />}
        {job.kind === 'import' ? <ImportCounts job={job} /> : <Changed job={job} />}
        {isUnderWay && (
          <div className="actions section">
            <ButtonForm action={`/audience/jobs/${job.id}/cancel`} label="Stop" tone="danger" />
          </div>
        )}
        {job.status === 'preview' && <Decide job={job} doubtful={parameters.doubtful ?? []} error={error} />}
        <Samples job={job} samples={samples} listName={listName} />
        {refused.length > 0 && <Refused job={job} refused={refused} />}
        {job.finished_at !== null && (
          <p className="section">
            <LinkButton href="/audience">Go to the audience</LinkButton>
          </p>
        )}
      </div>
    </Shell>
  );
}

function Words({
  job,
  parameters: { consent, ignored = [], group, property },
  listName,
}: Pick<JobPageProps, 'job' | 'parameters' | 'listName'>) {
  if (job.kind !== 'import')
    return (
      <p className="lead">
        About <Plural count={job.total} one="contact" />
        {job.kind === 'property' && `: ${property} is taken from those that have it`}
        {job.kind === 'group' && (group ? `: the group becomes “${group}”` : ': the group is taken away')}.
        {job.status === 'canceled' && ' What was done before it was stopped stays.'}
      </p>
    );
  return (
    <>
      <p className="lead">
        {job.status === 'preview' && 'Nothing has changed yet. '}
        {job.status === 'canceled' && 'What was done before it was canceled stays. '}
        {consent && `${CONSENT_CHOICES[consent].label}. ${CONSENT_CHOICES[consent].hint}`}
        {listName && ` Those who are subscribed are put on the list “${listName}”.`}
      </p>
      {ignored.length > 0 && (
        <p className="hint">
          {ignored.length === 1 ? 'This column is ignored: ' : 'These columns are ignored: '}
          {ignored.join(', ')}.
        </p>
      )}
      {job.status === 'failed' && (
        <Banner tone="bad">It failed again and again. What was done until then stays.</Banner>
      )}
    </>
  );
}

const Progress = ({ job: { done, total, refused, kind } }: { job: ContactJob }) => {
  const all = kind === 'import' ? Math.max(total - refused, done) : Math.max(total, done);
  return (
    <p className="progress-line">
      <progress max={Math.max(all, 1)} value={done} aria-label="Progress" />{' '}
      <span role="status">
        <Count value={done} /> of <Count value={all} />
      </span>
    </p>
  );
};

const ImportCounts = ({ job }: { job: ContactJob }) => (
  <Card>
    <dl className="tallies">
      {(
        [
          [LINE_KIND_WORDS.new, job.added],
          [LINE_KIND_WORDS.changed, job.changed],
          [LINE_KIND_WORDS.unchanged, job.unchanged],
          [LINE_KIND_WORDS.refused, job.refused],
        ] as const
      ).map(([label, count]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <Count value={count} />
          </dd>
        </div>
      ))}
    </dl>
  </Card>
);

const Changed = ({ job }: { job: ContactJob }) => (
  <Card>
    <dl className="tallies">
      <div>
        <dt>{job.kind === 'delete' ? 'Deleted' : job.kind === 'property' ? 'Taken from' : 'Changed'}</dt>
        <dd>
          <Count value={job.changed} />
        </dd>
      </div>
      {job.kind === 'delete' && job.status === 'finished' && job.changed < job.total && (
        <div>
          <dt>Left, as they changed meanwhile</dt>
          <dd>
            <Count value={job.total - job.changed} />
          </dd>
        </div>
      )}
      {job.kind !== 'delete' && (
        <div>
          <dt>{job.kind === 'property' ? 'Had none' : 'Were so already'}</dt>
          <dd>
            <Count value={job.unchanged} />
          </dd>
        </div>
      )}
    </dl>
  </Card>
);

export const JobList = ({ jobs }: { jobs: readonly ContactJob[] }) => (
  <Table caption="Earlier work" columns={JOB_COLUMNS} rows={jobs} />
);

const JOB_COLUMNS: readonly Column<ContactJob>[] = [
  {
    label: 'Work',
    kind: 'main',
    cell: (job) => (
      <a className="row-link" href={`/audience/jobs/${job.id}`}>
        {JOB_KIND_WORDS[job.kind]}
      </a>
    ),
  },
  { label: 'State', cell: ({ status }) => <Badge {...JOB_STATUS_WORDS[status]} /> },
  { label: 'Contacts', kind: 'end', cell: ({ total }) => <Count value={total} /> },
  { label: 'When', kind: 'end', cell: ({ created_at }) => <Time at={created_at} as="relative" /> },
];
