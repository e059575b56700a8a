/** A new workflow: from a template, or from nothing. */
import type { WorkflowView } from '../../../shared/api';
import { API_EVENT_NAME_LENGTH } from '../../../shared/api-events';
import { entryOf } from '../../../shared/catalogue';
import type { TemplateOffer } from '../../../shared/templates';
import { stepsOf, type Definition } from '../../../shared/workflow';
import { WORKFLOW_STATUS_WORDS } from '../../../shared/words/statuses';
import { API_START_WORDS, TRIGGER_SOURCE_WORDS } from '../../../shared/words/workflows';
import { Badge } from '../components/badge';
import { Card, PageHead } from '../components/blocks';
import { START_OPTIONS } from '../components/event-options';
import { PostForm, SelectField, TextField, buttonClass } from '../components/form';
import { Plural } from '../components/values';
import { Shell } from '../layout';

export interface TemplateChoice extends TemplateOffer {
  key: string;
  definition: Definition;
}

type Existing = Pick<WorkflowView, 'id' | 'name' | 'status' | 'definition'>;

export function NewWorkflowPage({
  templates,
  workflows,
  lists,
}: {
  templates: readonly TemplateChoice[];
  workflows: readonly Existing[];
  lists: readonly { id: string; name: string }[];
}) {
  return (
    <Shell title="New workflow" section="workflows">
      <PageHead
        title="New workflow"
        back={{ href: '/workflows', label: 'Workflows' }}
        lead="Choose where to start. Everything can be changed afterwards, and nothing is sent until you activate it."
      />
      <div className="template-grid">
        {templates.map((template) => (
          <TemplateCard
            key={template.key}
            template={template}
            existing={madeFrom(template, workflows)}
            lists={template.triggers.includes('lifecycle.list_joined') ? lists : []}
          />
        ))}
        <Card className="template-card">
          <h2>From scratch</h2>
          <p>An empty workflow for any event.</p>
          <PostForm action="/workflows" className="stack">
            <SelectField id="blank-event" name="event" label="Starts with" options={START_OPTIONS} />
            <div className="blank-api">
              <TextField
                id="blank-api-event"
                name="api_event"
                label={API_START_WORDS.name}
                hint={TRIGGER_SOURCE_WORDS.api.hint}
                placeholder="signup"
                maxLength={API_EVENT_NAME_LENGTH}
                autoComplete="off"
              />
            </div>
            <button className={buttonClass()}>Create empty workflow</button>
          </PostForm>
        </Card>
      </div>
    </Shell>
  );
}

/** By its name, as long as it starts with an event that the template offers: where a workflow came from is not kept. */
const madeFrom = ({ name, triggers }: TemplateChoice, workflows: readonly Existing[]) =>
  workflows.filter((one) => one.name === name && triggers.includes(one.definition.trigger.event));

function TemplateCard({
  template,
  existing,
  lists,
}: {
  template: TemplateChoice;
  existing: readonly Existing[];
  /** Those that it can be made for. */
  lists: readonly { id: string; name: string }[];
}) {
  const { key, name, description, triggers, definition } = template;
  const emails = stepsOf(definition).filter(({ step }) => step.kind === 'email').length;
  return (
    <Card className="template-card">
      <h2>{name}</h2>
      <p>{description}</p>
      <p className="hint">
        {entryOf(definition.trigger.event).label} · <Plural count={emails} one="email" />
      </p>
      {existing.map(({ id, status }) => (
        <p key={id} className="template-used">
          <Badge {...WORKFLOW_STATUS_WORDS[status]} />{' '}
          <a href={`/workflows/${id}`} aria-label={`In use: ${name}`}>
            In use
          </a>
        </p>
      ))}
      <PostForm action="/workflows" className="stack">
        <input type="hidden" name="template" value={key} />
        {triggers.length > 1 && (
          <SelectField
            id={`${key}-trigger`}
            name="trigger"
            label="Starts with"
            options={triggers.map((value) => ({ value, label: entryOf(value).label }))}
          />
        )}
        {lists.length > 0 && (
          <SelectField
            id={`${key}-list`}
            name="list"
            label="Mailing list"
            options={lists.map(({ id, name: list }) => ({ value: id, label: list }))}
          />
        )}
        <button className={buttonClass()} aria-label={`Use template ${name}`}>
          Use template
        </button>
      </PostForm>
    </Card>
  );
}
