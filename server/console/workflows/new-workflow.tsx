/** A new workflow: from a template, or from nothing. */
import { CATALOGUE } from '../../../shared/catalogue';
import type { TemplateOffer } from '../../../shared/templates';
import { stepsOf, type Definition } from '../../../shared/workflow';
import { Card, PageHead } from '../components/blocks';
import { EVENT_OPTIONS } from '../components/event-options';
import { PostForm, SelectField, buttonClass } from '../components/form';
import { Plural } from '../components/values';
import { Shell } from '../layout';

export interface TemplateChoice extends TemplateOffer {
  key: string;
  definition: Definition;
}

export function NewWorkflowPage({ templates }: { templates: readonly TemplateChoice[] }) {
  return (
    <Shell title="New workflow" section="workflows">
      <PageHead
        title="New workflow"
        back={{ href: '/workflows', label: 'Workflows' }}
        lead="Choose where to start. Everything can be changed afterwards, and nothing is sent until you activate it."
      />
      <div className="template-grid">
        {templates.map((template) => (
          <TemplateCard key={template.key} template={template} />
        ))}
        <Card className="template-card">
          <h2>From scratch</h2>
          <p>An empty workflow for any event.</p>
          <PostForm action="/workflows" className="stack">
            <SelectField id="blank-event" name="event" label="Starts with" options={EVENT_OPTIONS} />
            <button className={buttonClass()}>Create empty workflow</button>
          </PostForm>
        </Card>
      </div>
    </Shell>
  );
}

function TemplateCard({ template }: { template: TemplateChoice }) {
  const { key, name, description, triggers, definition } = template;
  const emails = stepsOf(definition).filter(({ step }) => step.kind === 'email').length;
  return (
    <Card className="template-card">
      <h2>{name}</h2>
      <p>{description}</p>
      <p className="hint">
        {CATALOGUE[definition.trigger.event].label} · <Plural count={emails} one="email" />
      </p>
      <PostForm action="/workflows" className="stack">
        <input type="hidden" name="template" value={key} />
        {triggers.length > 1 && (
          <SelectField
            id={`${key}-trigger`}
            name="trigger"
            label="Starts with"
            options={triggers.map((value) => ({ value, label: CATALOGUE[value].label }))}
          />
        )}
        <button className={buttonClass()} aria-label={`Use template ${name}`}>
          Use template
        </button>
      </PostForm>
    </Card>
  );
}
