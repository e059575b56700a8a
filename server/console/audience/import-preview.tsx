/** What an import would change and what it refuses, line by line, and what has to be said before it goes on. */
import type { ContactJob } from '../../audience/contact-jobs';
import { propertiesOf } from '../../audience/contact-properties';
import type { ComparedLine } from '../../audience/import-contacts';
import type { RefusedLine } from '../../audience/import-lines';
import { DOUBTFUL_WORDS, LINE_KIND_WORDS, nameRefusal } from '../../../shared/words/contact-work';
import { CONTACT_LABELS, namePropertyValue } from '../../../shared/words/fields';
import { CONTACT_STATUS_WORDS } from '../../../shared/words/statuses';
import { Banner, Card, LinkButton, Section } from '../components/blocks';
import { ButtonForm, buttonClass, Check, FieldError, PostForm } from '../components/form';
import { Icon } from '../components/icon';
import { Table, type Column } from '../components/table';
import { Count } from '../components/values';
import { useFormats, useViewer } from '../page';
import type { JobPageProps } from './job';

/** An import that waits: what has to be said before it goes on. */
export function Decide({
  job,
  doubtful,
  error,
}: Pick<JobPageProps, 'job' | 'error'> & { doubtful: readonly string[] }) {
  const hasMany = doubtful.length > 1;
  return (
    <div className="section stack">
      {doubtful.length > 0 && (
        <Banner tone="bad" title={DOUBTFUL_WORDS.title(hasMany)}>
          {DOUBTFUL_WORDS.hint(doubtful)}
        </Banner>
      )}
      {job.added + job.changed > 0 && (
        <PostForm id="confirm" action={`/audience/jobs/${job.id}/confirm`}>
          {doubtful.length > 0 && (
            <div>
              <Check
                name="is_about_else"
                isOn={false}
                required
                aria-describedby={error ? 'is_about_else-error' : undefined}
              >
                {DOUBTFUL_WORDS.isAboutElse(hasMany)}
              </Check>
              <FieldError id="is_about_else" error={error} />
            </div>
          )}
        </PostForm>
      )}
      <div className="actions">
        {job.added + job.changed > 0 && (
          <button className={buttonClass('primary')} form="confirm">
            Import now
          </button>
        )}
        <ButtonForm action={`/audience/jobs/${job.id}/cancel`} label="Cancel" />
      </div>
    </div>
  );
}

export const Refused = ({ job, refused }: { job: ContactJob; refused: readonly RefusedLine[] }) => (
  <Section
    title="Refused lines"
    lead={
      <>
        {refused.length < job.refused ? `The first ${refused.length} of them. ` : 'They are left out. '}
        {job.finished_at === null
          ? 'The file has them all, each with its reason, to be mended and imported. What they say is forgotten when this import ends.'
          : 'The file has their numbers and reasons; what they said was forgotten when the import ended.'}
      </>
    }
    actions={<Download job={job} />}
  >
    <Card className="card-flush">
      <ul className="refused-lines">
        {refused.map((one) => (
          <li key={one.line}>
            <span className="strong">
              Line <Count value={one.line} />
            </span>{' '}
            {nameRefusal(one)}
          </li>
        ))}
      </ul>
    </Card>
  </Section>
);

function Download({ job }: { job: ContactJob }) {
  const { isLimited } = useViewer();
  if (isLimited) return null;
  return (
    <LinkButton href={`/audience/jobs/${job.id}/refused.csv`} tone="quiet">
      <Icon name="download" /> Download as CSV
    </LinkButton>
  );
}

/** What changes what is known comes first; with the tally of each. */
const KINDS = [
  ['changed', 'changed'],
  ['new', 'added'],
  ['unchanged', 'unchanged'],
] as const;

type SampleRow = ComparedLine & { id: string; listName: string | undefined };

export const Samples = ({ job, samples, listName }: Pick<JobPageProps, 'job' | 'samples' | 'listName'>) => (
  <>
    {KINDS.map(([kind, count]) => {
      const lines = samples.filter((one) => one.kind === kind);
      return <SamplesOf key={kind} kind={kind} all={job[count]} lines={lines} listName={listName} />;
    })}
  </>
);

function SamplesOf({
  kind,
  all,
  lines,
  listName,
}: {
  kind: ComparedLine['kind'];
  all: number;
  lines: readonly ComparedLine[];
  listName: string | undefined;
}) {
  const formats = useFormats();
  if (lines.length === 0) return null;
  const title = LINE_KIND_WORDS[kind];
  const rows = lines.map((one) => ({ ...one, id: String(one.line.line), listName }));
  return (
    <Section
      title={title}
      lead={lines.length < all ? `The first ${lines.length} of ${formats.number(all)}.` : undefined}
    >
      <Table caption={title} columns={kind === 'unchanged' ? SAMPLE_COLUMNS.slice(0, 1) : SAMPLE_COLUMNS} rows={rows} />
    </Section>
  );
}

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
        <span className="row-sub">
          Line <Count value={line.line} />
        </span>
      </>
    ),
  },
  { label: 'What it does', kind: 'wide', cell: (one) => whatItDoes(one).join(' · ') },
];

/** A field a text. */
function whatItDoes(one: SampleRow): string[] {
  if (one.kind === 'unchanged') return [];
  const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
  const joining = one.isJoining && one.listName ? [`List: ${one.listName}`] : [];
  if (one.kind === 'new') {
    const said = names.flatMap((name) => {
      const value = name === 'status' ? one.status : one.line[name];
      return value ? [`${FIELDS[name]}: ${shown(name, value)}`] : [];
    });
    const properties = Object.entries(one.line.properties ?? {}).map(
      ([name, value]) => `${name}: ${namePropertyValue(value)}`,
    );
    return [...said, ...properties, ...joining];
  }
  const before = propertiesOf(one.contact);
  const changed = names
    .filter((name) => name in one.fields)
    .map((name) => `${FIELDS[name]}: ${shown(name, one.contact[name])} → ${shown(name, one.fields[name])}`);
  const properties = Object.entries(one.fields.properties ?? {}).map(
    ([name, value]) => `${name}: ${namePropertyValue(before[name])} → ${namePropertyValue(value)}`,
  );
  return [...changed, ...properties, ...joining];
}
