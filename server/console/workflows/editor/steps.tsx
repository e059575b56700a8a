/** Steps one under the other; branches hold lists of their own. */
import { Fragment } from 'react';
import { USER_GROUP_LENGTH } from '../../../../shared/limits';
import { CONTACT_LABELS } from '../../../../shared/words/fields';
import { withNames } from '../../../../shared/words/list-names';
import { gistOfTemplate } from '../../../../shared/words/template-gist';
import { describeCondition, nameDuration, nameStep, STEP_LABELS, WAIT_HINT } from '../../../../shared/words/workflows';
import { WAIT_UNITS, type BranchPath, type BranchStep, type Step } from '../../../../shared/workflow';
import { FieldError, SelectField, TextField, buttonClass } from '../../components/form';
import { Icon } from '../../components/icon';
import { Plural } from '../../components/values';
import { useDayName } from '../../page';
import { Conditions } from './conditions';
import { domId, useEditor, useOperation, type EditorState } from './context';
import { removedFields } from './draft';
import { EmailFields } from './email-step';
import { UNDO } from './operations';
import { STEP_ICONS } from '../step-icons';

export function StepList({ place, steps, label }: { place: string; steps: readonly Step[]; label: string }) {
  const { problems } = useEditor();
  return (
    <div id={domId(place)}>
      {steps.length > 0 && (
        <ol className="steps" aria-label={label}>
          {steps.map((step, index) => (
            <li key={step.id || index}>
              <UndoRemoval place={`${place}.${index}`} />
              <InsertStep place={`${place}.${index}`} number={index + 1} />
              <StepCard
                place={`${place}.${index}`}
                step={step}
                isFirst={index === 0}
                isLast={index === steps.length - 1}
                number={index + 1}
              />
            </li>
          ))}
        </ol>
      )}
      <UndoRemoval place={`${place}.${steps.length}`} />
      <FieldError id={domId(place)} error={problems[place]} />
      <AddStep place={place} />
    </div>
  );
}

const KINDS = ['email', 'wait', 'filter', 'branch', 'update_contact', 'exit'] as const;

function AddStep({ place }: { place: string }) {
  const { focus } = useEditor();
  return (
    <div className="add-step" role="group" aria-label="Add a step">
      <span className="add-step-label">Add a step</span>
      <Kinds operation={`add ${place}`} isFocused={focus === place} />
    </div>
  );
}

/** Between two steps, and before the first. */
function InsertStep({ place, number }: { place: string; number: number }) {
  return (
    <details className="menu insert-step">
      <summary aria-label={`Insert a step before step ${number}`} title="Insert a step here">
        <Icon name="plus" />
      </summary>
      <div className="menu-list" role="group" aria-label={`Insert before step ${number}`}>
        <Kinds operation={`insert ${place}`} />
      </div>
    </details>
  );
}

function Kinds({ operation: verb, isFocused = false }: { operation: string; isFocused?: boolean }) {
  const operation = useOperation();
  return KINDS.map((kind, index) => (
    <button
      key={kind}
      className={buttonClass('quiet')}
      autoFocus={index === 0 && isFocused}
      {...operation(`${verb} ${kind}`)}
    >
      <Icon name={STEP_ICONS[kind]} /> {STEP_LABELS[kind]}
    </button>
  ));
}

/** Where something was removed: what it was, and the way back. */
function UndoRemoval({ place }: { place: string }) {
  const { removed, focus } = useEditor();
  const operation = useOperation();
  if (removed?.place !== place) return null;
  const { item } = removed;
  return (
    <div className="undo" role="status">
      {removedFields(removed).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <span>{'step' in item ? `Step removed: ${nameStep(item.step)}` : 'Path removed'}</span>
      <button className={buttonClass()} autoFocus={focus === UNDO} {...operation('undo')}>
        Undo
      </button>
    </div>
  );
}

interface StepCardProps {
  place: string;
  step: Step;
  number: number;
  isFirst: boolean;
  isLast: boolean;
}

function StepCard({ place, step, number, isFirst, isLast }: StepCardProps) {
  const { focus, runs, problems, lists } = useEditor();
  const dayName = useDayName();
  const label = STEP_LABELS[step.kind];
  const standing = runs[step.id] ?? 0;
  const isBad = Object.keys(problems).some((at) => at.startsWith(`${place}.`));
  return (
    <div
      className={isBad ? 'step step-bad' : 'step'}
      id={domId(place)}
      role="group"
      aria-label={`Step ${number}: ${label}`}
      tabIndex={-1}
      autoFocus={focus === place}
    >
      <input type="hidden" name={`${place}.id`} value={step.id} />
      <input type="hidden" name={`${place}.kind`} value={step.kind} />
      <StepTools place={place} label={`step ${number}, ${label}`} isFirst={isFirst} isLast={isLast} />
      <details className="step-fold" open data-fold={step.id}>
        <summary className="step-head">
          <Icon name="chevron" className="icon fold-mark" />
          <h3>
            <Icon name={STEP_ICONS[step.kind]} /> {label}
          </h3>
          <span className="step-gist">{describeGist(step, lists, dayName)}</span>
          {standing > 0 && (
            <span className="step-runs">
              <Plural count={standing} one="run stands here" many="runs stand here" />
            </span>
          )}
        </summary>
        <StepBody place={place} step={step} />
      </details>
    </div>
  );
}

/** What is seen of a step that is folded. */
function describeGist(step: Step, lists: EditorState['lists'], writeDay: (day: string) => string): string {
  switch (step.kind) {
    case 'wait':
      return Number.isNaN(step.amount) ? '' : nameDuration(step);
    case 'email':
      return gistOfTemplate(step.email.subject);
    case 'filter':
      return withNames(step.conditions, lists)
        .map((one) => describeCondition(one, writeDay))
        .join(', ');
    case 'branch':
      return step.paths.map(({ name }, index) => name || `Path ${index + 1}`).join(', ');
    case 'update_contact':
      return step.user_group ?? '';
    case 'exit':
      return '';
  }
}

function StepTools({
  place,
  label,
  isFirst,
  isLast,
}: {
  place: string;
  label: string;
  isFirst: boolean;
  isLast: boolean;
}) {
  const operation = useOperation();
  const className = `${buttonClass('quiet')} button-icon`;
  return (
    <div className="step-tools">
      <button className={className} aria-label={`Move up ${label}`} disabled={isFirst} {...operation(`up ${place}`)}>
        <Icon name="up" />
      </button>
      <button className={className} aria-label={`Move down ${label}`} disabled={isLast} {...operation(`down ${place}`)}>
        <Icon name="down" />
      </button>
      <button className={className} aria-label={`Remove ${label}`} {...operation(`remove ${place}`)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function StepBody({ place, step }: { place: string; step: Step }) {
  const { problems } = useEditor();
  switch (step.kind) {
    case 'wait':
      return (
        <div className="step-body row-fields">
          <div className="field-small field">
            <TextField
              id={domId(`${place}.amount`)}
              name={`${place}.amount`}
              label="For"
              inputMode="numeric"
              hint={WAIT_HINT}
              defaultValue={Number.isNaN(step.amount) ? '' : step.amount}
              error={problems[`${place}.amount`]}
            />
          </div>
          <div className="field-small field">
            <SelectField
              id={domId(`${place}.unit`)}
              name={`${place}.unit`}
              label="Unit"
              defaultValue={step.unit}
              options={UNITS}
            />
          </div>
        </div>
      );
    case 'filter':
      return (
        <div className="step-body">
          <Conditions place={`${place}.conditions`} conditions={step.conditions} legend="All of these hold" />
        </div>
      );
    case 'branch':
      return <BranchFields place={place} step={step} />;
    case 'email':
      return (
        <div className="step-body">
          <EmailFields place={place} step={step} />
        </div>
      );
    case 'update_contact':
      return (
        <div className="step-body">
          <TextField
            id={domId(`${place}.user_group`)}
            name={`${place}.user_group`}
            label={CONTACT_LABELS.user_group}
            defaultValue={step.user_group ?? ''}
            hint="Empty takes the contact out of its group."
            maxLength={USER_GROUP_LENGTH}
            error={problems[`${place}.user_group`]}
          />
        </div>
      );
    case 'exit':
      return <p className="step-body hint">The run ends here.</p>;
  }
}

const UNITS = WAIT_UNITS.map((unit) => ({ value: unit, label: unit }));

function BranchFields({ place, step }: { place: string; step: BranchStep }) {
  const { problems } = useEditor();
  const operation = useOperation();
  return (
    <div className="step-body paths">
      <p className="hint">The first path whose conditions hold is taken; afterwards the workflow goes on below.</p>
      {step.paths.map((path, index) => (
        <Fragment key={path.id || index}>
          <UndoRemoval place={`${place}.paths.${index}`} />
          <PathFields place={`${place}.paths.${index}`} path={path} number={index + 1} />
        </Fragment>
      ))}
      <UndoRemoval place={`${place}.paths.${step.paths.length}`} />
      <div id={domId(`${place}.paths`)}>
        <FieldError id={domId(`${place}.paths`)} error={problems[`${place}.paths`]} />
      </div>
      <div>
        <button className={buttonClass()} {...operation(`add ${place}.paths path`)}>
          <Icon name="plus" /> Add path
        </button>
      </div>
      <div className="path-box">
        <h4>Otherwise</h4>
        <StepList place={`${place}.else`} steps={step.else} label="Steps otherwise" />
      </div>
    </div>
  );
}

function PathFields({ place, path, number }: { place: string; path: BranchPath; number: number }) {
  const { problems, focus } = useEditor();
  const operation = useOperation();
  return (
    <div className="path-box" role="group" aria-label={`Path ${number}`}>
      <input type="hidden" name={`${place}.id`} value={path.id} />
      <div className="path-box-head">
        <TextField
          id={domId(`${place}.name`)}
          name={`${place}.name`}
          label={`Path ${number}`}
          placeholder="Name"
          defaultValue={path.name}
          error={problems[`${place}.name`]}
          autoFocus={focus === place}
        />
        <button className={buttonClass('quiet')} aria-label={`Remove path ${number}`} {...operation(`remove ${place}`)}>
          Remove path
        </button>
      </div>
      <Conditions place={`${place}.conditions`} conditions={path.conditions} legend="Taken if all of these hold" />
      <StepList place={`${place}.steps`} steps={path.steps} label={`Steps of path ${number}`} />
    </div>
  );
}
