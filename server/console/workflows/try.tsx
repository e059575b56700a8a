/** A workflow tried with an event that has happened: which way it would go; and started with it for good. */
import type { EventView } from '../../../shared/api';
import { entryOf, type TriggerType } from '../../../shared/catalogue';
import { explainRun } from '../../../shared/words/explanations';
import { EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import { DRY_RUN_LIMITS, DRY_RUN_WORDS, NOT_BEGUN_WORDS, START_WORDS } from '../../../shared/words/trials';
import { nameStep } from '../../../shared/words/workflows';
import { findStep, type Definition } from '../../../shared/workflow';
import type { TwoWayList } from '../../db/page';
import { canBeMade } from '../../events/start-for-contact';
import type { DryRun, DryStep } from '../../workflows/dry-run';
import type { Uncounted } from '../../workflows/read-workflows';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, FactList, LinkButton, NoticeBanner, PageHead, Section, Tabs } from '../components/blocks';
import { href } from '../components/filters';
import { buttonClass, PostForm, TextField } from '../components/form';
import { PAGE_QUERY, Pages, type PageQuery } from '../components/pages';
import { Table, type Column } from '../components/table';
import { None, Time } from '../components/values';
import { Shell } from '../layout';
import type { Notice } from '../notices';
import { Picture } from './picture';
import { WorkflowBadges, WorkflowTabs } from './workflow-tabs';

export const TRY_QUERY = ['search', 'event', 'contact', 'version', ...PAGE_QUERY] as const;

/** The page's query parameters, unchecked. */
export interface TryQuery extends PageQuery {
  /** A contact's address or a part of it, or an event's id. */
  search?: string | undefined;
  event?: string | undefined;
  /** For whom an event is made. */
  contact?: string | undefined;
  /** `draft`: what isn't published yet. */
  version?: string | undefined;
}

export interface TriedContact {
  id: string;
  email: string;
}

export interface TryPageProps {
  workflow: Uncounted;
  /** The trigger's, of the version that is tried. */
  type: TriggerType;
  /** Of the type, of the contacts that were searched for or of all. */
  events: TwoWayList<EventView>;
  query: TryQuery;
  /** The one that is asked for by its id or its whole address. */
  contact: TriedContact | undefined;
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
        badge={<WorkflowBadges workflow={workflow} />}
        back={{ href: '/workflows', label: 'Workflows' }}
      />
      <WorkflowTabs id={workflow.id} current="flow" />
      <NoticeBanner notice={notice} />
      {workflow.has_draft && <Versions {...props} />}
      {dry && <Result {...props} dry={dry} />}
      <Choice {...props} />
    </Shell>
  );
}

const pathOf = ({ id }: Uncounted) => `/workflows/${id}/try`;
const isOfDraft = ({ version }: TryQuery) => version === 'draft';

/** What is tried: with the same event. */
const Versions = ({
  workflow,
  query: { starting_after: _after, ending_before: _before, page: _page, ...query },
}: TryPageProps) => (
  <Tabs
    label="Version"
    tabs={([undefined, 'draft'] as const).map((version) => ({
      href: href(pathOf(workflow), { ...query, version }),
      label: version ? DRY_RUN_WORDS.draft : DRY_RUN_WORDS.published,
      isCurrent: isOfDraft(query) === (version === 'draft'),
    }))}
  />
);

function Choice({ workflow, type, events, query, contact }: TryPageProps) {
  const { label } = entryOf(type);
  const path = pathOf(workflow);
  const { search, version } = query;
  return (
    <Section title="Dry run or start" lead={DRY_RUN_WORDS.lead}>
      <form method="get" action={path} className="filters" role="search">
        {version && <input type="hidden" name="version" value={version} />}
        <TextField
          id="search"
          name="search"
          type="search"
          label="Contact or event"
          placeholder="Part of an address, or evt_…"
          defaultValue={search ?? ''}
          autoComplete="off"
        />
        <button className={buttonClass()}>Find events</button>
        {search && (
          <LinkButton href={href(path, { version })} tone="quiet">
            Clear
          </LinkButton>
        )}
      </form>
      {contact && !query.contact && canBeMade(type) && (
        <Card className="narrow-card">
          <p>
            {DRY_RUN_WORDS.made} <strong>{contact.email}</strong>.
          </p>
          <LinkButton href={href(path, { contact: contact.id, version })}>Dry run as if it happened now</LinkButton>
        </Card>
      )}
      {events.data.length === 0 ? (
        <NoEvent type={type} label={label} search={search} contact={contact} />
      ) : (
        <Table
          caption={`Latest events: ${label}`}
          columns={choiceColumns((event) => href(path, { search, event, version }))}
          rows={events.data}
        />
      )}
      <Pages path={path} filter={{ search, version }} list={events} />
    </Section>
  );
}

/** Why there is none, and what can be done. */
function NoEvent({
  type,
  label,
  search,
  contact,
}: Pick<TryPageProps, 'contact'> & { type: TriggerType; label: string; search: string | undefined }) {
  if (contact && canBeMade(type)) return <p className="hint">{DRY_RUN_WORDS.noneNeeded}</p>;
  if (search && !contact)
    return (
      <Empty icon="events" title={search.includes('@') ? 'No contact has this address' : 'No contact and no event'}>
        Nothing of the type {label} came for such a contact, and no event has this id.
      </Empty>
    );
  return (
    <Empty
      icon="events"
      title="No event to choose from"
      actions={
        contact && <LinkButton href={href('/events', { contact: contact.email })}>Events of this contact</LinkButton>
      }
    >
      It takes an event of the type {label} that came for {contact ? 'this contact' : 'a contact'}: its emails say what
      stands in it, so one of somebody else would not be true. {DRY_RUN_WORDS.instead}
    </Empty>
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
    kind: 'act',
    isMinor: true,
    // The row's link lies over it.
    cell: () => (
      <span className={buttonClass()} aria-hidden="true">
        Dry run
      </span>
    ),
  },
];

function Result({ workflow, dry, token, query }: TryPageProps & { dry: DryRun }) {
  const { beginning, contact, steps, end, event, definition } = dry;
  const { search, version } = query;
  const { label } = entryOf(definition.trigger.event);
  return (
    <Section
      title={`Dry run for ${contact.email}`}
      lead={DRY_RUN_LIMITS}
      actions={
        <LinkButton href={href(pathOf(workflow), { search: search ?? contact.email, version })}>
          Choose another event
        </LinkButton>
      }
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
            <Picture definition={definition} legend={{ way: new Set(steps.map(({ step }) => step)), trigger: null }} />
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
                      query.event ? (
                        <a key="event" href={`/events/${encodeURIComponent(event)}`}>
                          {label}
                        </a>
                      ) : (
                        `${label}, as if it happened now`
                      ),
                    ],
                  ]}
                />
              </Card>
              <ol className="timeline">
                {steps.map((step, index) => (
                  <DryLine
                    key={index}
                    step={step}
                    definition={definition}
                    mailHref={href(`/workflows/${workflow.id}/try/mail/${step.step}`, { ...query, search: undefined })}
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
              <Start workflow={workflow} dry={dry} token={token} query={query} />
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
  mailHref,
}: {
  step: DryStep;
  definition: Definition;
  mailHref: string;
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
              <iframe title={`Email: ${mail.subject}`} src={mailHref} loading="lazy" sandbox="" />
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
  query: { event, contact, search, version },
}: Pick<TryPageProps, 'workflow' | 'token' | 'query'> & { dry: DryRun }) {
  if (version === 'draft' && workflow.has_draft) return <p className="hint">{DRY_RUN_WORDS.draftStartsNot}</p>;
  if (workflow.status !== 'active') return <p className="hint">{NOT_BEGUN_WORDS.notActive}</p>;
  const isAgain = dry.beginning.kind === 'repeats';
  const fields = { token, search, ...(event ? { event } : { contact }) };
  return (
    <details className="confirm dry-start">
      <summary className={buttonClass('primary')}>Start for {dry.contact.email}…</summary>
      <PostForm action={`/workflows/${workflow.id}/start`} className="confirm-body">
        <p>{START_WORDS.lead}</p>
        {Object.entries(fields).map(
          ([name, value]) => value && <input key={name} type="hidden" name={name} value={value} />,
        )}
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
