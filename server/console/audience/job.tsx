/** Work on many contacts: what an import would change, how far it has come, what came of it. */
import type { ContactJob, ContactJobParameters } from '../../audience/contact-jobs';
import type { ComparedLine } from '../../audience/import-contacts';
import type { RefusedLine } from '../../audience/import-lines';
import { CONSENT_CHOICES, JOB_KIND_WORDS, JOB_STATUS_WORDS, REFUSAL_WORDS } from '../../../shared/words/contact-work';
import { CONTACT_LABELS } from '../../../shared/words/fields';
import { CONTACT_STATUS_WORDS } from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Banner, Card, PageHead, Section, LinkButton } from '../components/blocks';
import { ButtonForm } from '../components/form';
import { refreshes } from '../components/refreshes';
import { Table, type Column } from '../components/table';
import { Count, None, Plural, Time } from '../components/values';
import { Shell } from '../layout';
import { usePage } from '../page';

export interface JobPageProps {
  job: ContactJob;
  parameters: ContactJobParameters;
  /** Of an import that waits to be confirmed: its first lines. */
  sample: readonly ComparedLine[];
  /** The first of them. */
  refused: readonly RefusedLine[];
}

export function JobPage({ job, parameters, sample, refused }: JobPageProps) {
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
        <Words job={job} parameters={parameters} />
        {isUnderWay && <Progress job={job} />}
        {job.kind === 'import' ? <ImportCounts job={job} /> : <Changed job={job} />}
        {isUnderWay && (
          <div className="actions section">
            <ButtonForm action={`/audience/jobs/${job.id}/cancel`} label="Stop" tone="danger" />
          </div>
        )}
        {job.status === 'preview' && (
          <div className="actions section">
            {job.added + job.changed > 0 && (
              <ButtonForm action={`/audience/jobs/${job.id}/confirm`} label="Import now" tone="primary" />
            )}
            <ButtonForm action={`/audience/jobs/${job.id}/cancel`} label="Cancel" />
          </div>
        )}
        {sample.length > 0 && (
          <Section title="The first lines" lead="As they would be imported.">
            <Table caption="The first lines" columns={SAMPLE_COLUMNS} rows={sample.map(withId)} />
          </Section>
        )}
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
}: Pick<JobPageProps, 'job' | 'parameters'>) {
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
          ['New', job.added],
          ['Changed', job.changed],
          ['Unchanged', job.unchanged],
          ['Refused', job.refused],
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

const Refused = ({ job, refused }: { job: ContactJob; refused: readonly RefusedLine[] }) => (
  <Section
    title="Refused lines"
    lead={refused.length < job.refused ? `The first ${refused.length} of them.` : 'They are left out.'}
  >
    <Card className="card-flush">
      <ul className="refused-lines">
        {refused.map(({ line, reason }) => (
          <li key={line}>
            <span className="strong">
              Line <Count value={line} />
            </span>{' '}
            {REFUSAL_WORDS[reason]}
          </li>
        ))}
      </ul>
    </Card>
  </Section>
);

type SampleRow = ComparedLine & { id: string };
const withId = (one: ComparedLine): SampleRow => ({ ...one, id: String(one.line.line) });

const KINDS = {
  new: { tone: 'good', label: 'New' },
  changed: { tone: 'info', label: 'Changed' },
  unchanged: { tone: 'plain', label: 'Unchanged' },
} as const;

const FIELDS = {
  first_name: 'First name',
  last_name: 'Last name',
  user_group: CONTACT_LABELS.user_group,
  status: 'Status',
} as const;

const shown = (name: keyof typeof FIELDS, value: string | null | undefined): string =>
  value ? (name === 'status' ? CONTACT_STATUS_WORDS[value as 'subscribed'].label : value) : '—';

const SAMPLE_COLUMNS: readonly Column<SampleRow>[] = [
  {
    label: 'Contact',
    kind: 'main',
    cell: ({ line }) => (
      <>
        <span className="strong">{line.email}</span>
        <span className="row-sub">Line {line.line}</span>
      </>
    ),
  },
  { label: 'What it does', cell: ({ kind }) => <Badge {...KINDS[kind]} /> },
  {
    label: 'Fields',
    kind: 'wide',
    cell: (one) => {
      if (one.kind === 'unchanged') return <None words="nothing" />;
      const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
      const told =
        one.kind === 'new'
          ? names.flatMap((name) => {
              const value = name === 'status' ? one.status : one.line[name];
              return value ? [`${FIELDS[name]}: ${shown(name, value)}`] : [];
            })
          : names
              .filter((name) => name in one.fields)
              .map((name) => `${FIELDS[name]}: ${shown(name, one.contact[name])} → ${shown(name, one.fields[name])}`);
      return told.join(' · ');
    },
  },
];

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
