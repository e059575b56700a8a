/** Steps one under the other; branches hold lists of their own. */
import { USER_GROUP_LENGTH } from '../../../../shared/limits';
import { CONTACT_LABELS } from '../../../../shared/words/fields';
import { STEP_LABELS } from '../../../../shared/words/workflows';
import { WAIT_UNITS, type BranchPath, type BranchStep, type Step } from '../../../../shared/workflow';
import { FieldError, SelectField, TextField, buttonClass } from '../../components/form';
import { Icon, type IconName } from '../../components/icon';
import { Plural } from '../../components/values';
import { Conditions } from './conditions';
import { domId, useEditor, useOperation } from './context';
import { EmailFields } from './email-step';

export function StepList({ place, steps, label }: { place: string; steps: readonly Step[]; label: string }) {
  const { problems } = useEditor();
  return (
    <div id={domId(place)}>
      {steps.length > 0 && (
        <ol className="steps" aria-label={label}>
          {steps.map((step, index) => (
            <li key={step.id || index}>
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
      <FieldError id={domId(place)} error={problems[place]} />
      <AddStep place={place} />
    </div>
  );
}

const KINDS = ['email', 'wait', 'filter', 'branch', 'update_contact', 'exit'] as const;
const STEP_ICONS: Record<Step['kind'], IconName> = {
  email: 'emails',
  wait: 'clock',
  filter: 'filter',
  branch: 'branch',
  update_contact: 'person',
  exit: 'exit',
};

function AddStep({ place }: { place: string }) {
  const operation = useOperation();
  const { focus } = useEditor();
  return (
    <div className="add-step" role="group" aria-label="Add a step">
      <span className="add-step-label">Add a step</span>
      {KINDS.map((kind, index) => (
        <button
          key={kind}
          className={buttonClass('quiet')}
          autoFocus={index === 0 && focus === place}
          {...operation(`add ${place} ${kind}`)}
        >
          <Icon name={STEP_ICONS[kind]} /> {STEP_LABELS[kind]}
        </button>
      ))}
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
  const { focus, runs, problems } = useEditor();
  const label = STEP_LABELS[step.kind];
  const standing = runs[step.id] ?? 0;
  const isBad = Object.keys(problems).some((at) => at.startsWith(`${place}.`));
  return (
    <div
      className={isBad ? 'step step-bad' : 'step'}
      role="group"
      aria-label={`Step ${number}: ${label}`}
      tabIndex={-1}
      autoFocus={focus === place}
    >
      <input type="hidden" name={`${place}.id`} value={step.id} />
      <input type="hidden" name={`${place}.kind`} value={step.kind} />
      <div className="step-head">
        <h3>
          <Icon name={STEP_ICONS[step.kind]} /> {label}
        </h3>
        {standing > 0 && (
          <span className="step-runs">
            <Plural count={standing} one="run stands here" many="runs stand here" />
          </span>
        )}
        <StepTools place={place} label={`step ${number}, ${label}`} isFirst={isFirst} isLast={isLast} />
      </div>
      <StepBody place={place} step={step} />
    </div>
  );
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
        <PathFields key={path.id || index} place={`${place}.paths.${index}`} path={path} number={index + 1} />
      ))}
      <FieldError id={domId(`${place}.paths`)} error={problems[`${place}.paths`]} />
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
