/** A workflow tried with an event that has happened: which way it would go; and started with it for good. */
import type { EventView, List } from '../../../shared/api';
import { entryOf } from '../../../shared/catalogue';
import { explainRun } from '../../../shared/words/explanations';
import { EMAIL_STATUS_WORDS, WORKFLOW_STATUS_WORDS } from '../../../shared/words/statuses';
import { DRY_RUN_LEAD, DRY_RUN_LIMITS, NOT_BEGUN_WORDS, START_WORDS } from '../../../shared/words/trials';
import { nameStep } from '../../../shared/words/workflows';
import { findStep, type Definition } from '../../../shared/workflow';
import type { DryRun, DryStep } from '../../workflows/dry-run';
import type { Uncounted } from '../../workflows/workflows';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, FactList, LinkButton, NoticeBanner, PageHead, Section } from '../components/blocks';
import { href } from '../components/filters';
import { buttonClass, PostForm, TextField } from '../components/form';
import { Table, type Column } from '../components/table';
import { None, Time } from '../components/values';
import { Shell } from '../layout';
import type { Notice } from '../notices';
import { Picture } from './picture';
import { WorkflowTabs } from './workflow-tabs';

export interface TryPageProps {
  workflow: Uncounted;
  /** Of the trigger's type, of the contact that was searched for or of all. */
  events: List<EventView>;
  /** What was typed; undefined: nothing. */
  search: string | undefined;
  /** There is such a contact. */
  isFound: boolean;
  /** Of the event that was chosen. */
  dry: DryRun | null;
  /** Names the request to start it: sent twice, it starts one run. */
  token: string;
  /** Why it can't be tried or started. */
  notice: Notice | null;
}

export function TryPage(props: TryPageProps) {
  const { workflow, dry, notice } = props;
  return (
    <Shell title={`Try ${workflow.name}`} section="workflows" isWide>
      <PageHead
        title={workflow.name}
        badge={<Badge {...WORKFLOW_STATUS_WORDS[workflow.status]} />}
        back={{ href: '/workflows', label: 'Workflows' }}
      />
      <WorkflowTabs id={workflow.id} current="flow" />
      <NoticeBanner notice={notice} />
      {dry && <Result {...props} dry={dry} />}
      <Choice {...props} />
    </Shell>
  );
}

function Choice({ workflow, events, search, isFound }: TryPageProps) {
  const { label } = entryOf(workflow.definition.trigger.event);
  const path = `/workflows/${workflow.id}/try`;
  return (
    <Section title="Dry run or start" lead={DRY_RUN_LEAD}>
      <form method="get" action={path} className="filters" role="search">
        <TextField
          id="search"
          name="search"
          type="search"
          label="Contact"
          placeholder="name@example.com"
          defaultValue={search ?? ''}
          autoComplete="off"
        />
        <button className={buttonClass()}>Find events</button>
        {search && (
          <LinkButton href={path} tone="quiet">
            Clear
          </LinkButton>
        )}
      </form>
      {events.data.length === 0 ? (
        <Empty icon="events" title={search && !isFound ? 'No contact has this address' : 'No event to choose from'}>
          {search && !isFound
            ? 'Type a whole address, as it stands in the audience.'
            : `It takes an event of the type ${label} that came for ${search ? 'this contact' : 'a contact'}.`}
        </Empty>
      ) : (
        <Table
          caption={`Latest events: ${label}`}
          columns={choiceColumns((event) => href(path, { search, event }))}
          rows={events.data}
        />
      )}
    </Section>
  );
}

const choiceColumns = (toTry: (event: string) => string): readonly Column<EventView>[] => [
  {
    label: 'Contact',
    kind: 'main',
    cell: ({ email, id }) => (
      <a className="row-link" href={toTry(id)} aria-label={`Dry run for ${email ?? 'no contact'}`}>
        {email ?? 'No contact'}
      </a>
    ),
  },
  { label: 'Came', cell: ({ received_at }) => <Time at={received_at} /> },
  { label: 'What happened', kind: 'wide', cell: ({ outcome }) => outcome },
  {
    label: 'Act',
    kind: 'end',
    isMinor: true,
    // The row's link lies over it.
    cell: () => (
      <span className={buttonClass()} aria-hidden="true">
        Dry run
      </span>
    ),
  },
];

function Result({ workflow, dry, token, search }: TryPageProps & { dry: DryRun }) {
  const { beginning, contact, steps, end, event } = dry;
  return (
    <Section
      title={`Dry run for ${contact.email}`}
      lead={DRY_RUN_LIMITS}
      actions={<LinkButton href={href(`/workflows/${workflow.id}/try`, { search })}>Choose another event</LinkButton>}
    >
      {beginning.kind === 'refused' ? (
        <Banner tone="warn" title="It would not start">
          {beginning.words}
        </Banner>
      ) : (
        <>
          {beginning.kind === 'repeats' && (
            <Banner tone="warn" title="It would not start by itself">
              {beginning.words}
            </Banner>
          )}
          <div className="dry">
            <Picture
              definition={workflow.definition}
              legend={{ way: new Set(steps.map(({ step }) => step)), trigger: null }}
            />
            <div className="dry-side">
              <Card>
                <FactList
                  facts={[
                    [
                      'Contact',
                      <a key="contact" href={`/audience/${contact.id}`}>
                        {contact.email}
                      </a>,
                    ],
                    [
                      'Event',
                      <a key="event" href={`/events/${encodeURIComponent(event)}`}>
                        {entryOf(workflow.definition.trigger.event).label}
                      </a>,
                    ],
                  ]}
                />
              </Card>
              <ol className="timeline">
                {steps.map((step, index) => (
                  <DryLine
                    key={index}
                    step={step}
                    definition={workflow.definition}
                    workflow={workflow.id}
                    event={event}
                  />
                ))}
                {end && (
                  <li>
                    <div className="timeline-head">
                      <span className="strong">{explainRun(end.reason, end.outcome) ?? 'Comes to the end'}</span>
                      <Time at={end.at} />
                    </div>
                  </li>
                )}
              </ol>
              <Start workflow={workflow} dry={dry} token={token} search={search} />
            </div>
          </div>
        </>
      )}
    </Section>
  );
}

function DryLine({
  step: { step: id, kind, at, result, mail },
  definition,
  workflow,
  event,
}: {
  step: DryStep;
  definition: Definition;
  workflow: string;
  event: string;
}) {
  const step = findStep(definition, id)?.step;
  return (
    <li className={mail ? 'is-email' : undefined}>
      <div className="timeline-head">
        <span className="strong">{step ? nameStep(step) : <None words="a step that was removed" />}</span>
        <Time at={at} />
      </div>
      {mail ? (
        <>
          <p className="dry-mail">
            <Badge {...EMAIL_STATUS_WORDS[mail.status]} /> To {mail.to.join(', ')}: {mail.subject}
          </p>
          {mail.outcome && <p className="hint">{mail.outcome}</p>}
          {mail.html !== null && (
            <details className="dry-preview">
              <summary>Show this email</summary>
              <iframe
                title={`Email: ${mail.subject}`}
                src={`/workflows/${workflow}/try/${encodeURIComponent(event)}/${id}`}
                loading="lazy"
                sandbox=""
              />
            </details>
          )}
        </>
      ) : (
        kind !== 'wait' && <p className="hint">{result}</p>
      )}
    </li>
  );
}

function Start({
  workflow,
  dry,
  token,
  search,
}: Pick<TryPageProps, 'workflow' | 'token' | 'search'> & { dry: DryRun }) {
  if (workflow.status !== 'active') return <p className="hint">{NOT_BEGUN_WORDS.notActive}</p>;
  const isAgain = dry.beginning.kind === 'repeats';
  return (
    <details className="confirm dry-start">
      <summary className={buttonClass('primary')}>Start for {dry.contact.email}…</summary>
      <PostForm action={`/workflows/${workflow.id}/start`} className="confirm-body">
        <p>{START_WORDS.lead}</p>
        <input type="hidden" name="event" value={dry.event} />
        <input type="hidden" name="token" value={token} />
        {search && <input type="hidden" name="search" value={search} />}
        {isAgain && (
          <label className="check">
            <input type="checkbox" name="again" required />
            <span>{START_WORDS.again}</span>
          </label>
        )}
        <button className={buttonClass('primary')}>Start run</button>
      </PostForm>
    </details>
  );
}
