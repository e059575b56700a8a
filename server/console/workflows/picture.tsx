/** A workflow as a picture: its steps one under the other, branches side by side, drawn by styles alone. */
import { createContext, useContext, type ReactNode } from 'react';
import { apiEventType } from '../../../shared/catalogue';
import { uncapitalize } from '../../../shared/capitalize';
import { ONLY_WHILE } from '../../../shared/words/only-while';
import { gistOfTemplate } from '../../../shared/words/template-gist';
import {
  describeCondition,
  MATCH_LABELS,
  nameDuration,
  nameFrequency,
  nameTrigger,
  STEP_LABELS,
} from '../../../shared/words/workflows';
import {
  stepsOf,
  type BranchStep,
  type Condition,
  type Definition,
  type ExitEvent,
  type Step,
} from '../../../shared/workflow';
import { Icon, type IconName } from '../components/icon';
import { useDayName } from '../page';
import { STEP_ICONS } from './step-icons';

/** What stands on the picture beside what the workflow is. */
export interface Legend {
  step?: (step: Step) => ReactNode;
  trigger?: ReactNode;
  /** Beside an exit event, by its type, and beside the condition. */
  exit?: (event: string) => ReactNode;
  untrue?: ReactNode;
  end?: ReactNode;
  /** The steps on the way that is shown; left out: none is. */
  way?: ReadonlySet<string>;
  /** Where a step's name leads. */
  href?: (step: Step) => string;
  /** Its cards are replaced one by one: they have ids. */
  isLive?: boolean;
  /** Something is wrong with it. */
  isBad?: (step: Step) => boolean;
}

const idOf = (place: string) => `flow-${place}`;

/** The ids of the cards of a picture that is live. */
export const cardIds = (definition: Definition): string[] =>
  ['trigger', ...stepsOf(definition).map(({ step }) => `step-${step.id}`), 'end'].map(idOf);

const LegendContext = createContext<Legend>({});

export function Picture({ definition, legend = {} }: { definition: Definition; legend?: Legend }) {
  return (
    <LegendContext.Provider value={legend}>
      <div className="flow-frame" role="region" aria-label="Steps as a picture" tabIndex={0}>
        <ol className={legend.way ? 'flow flow-way' : 'flow'}>
          <TriggerItem definition={definition} />
          <StepItems steps={definition.steps} />
          {mayGoOn(definition.steps) && (
            <li className="flow-item">
              <div className="flow-end" id={legend.isLive ? idOf('end') : undefined}>
                End
                {legend.end}
              </div>
            </li>
          )}
        </ol>
      </div>
    </LegendContext.Provider>
  );
}

/** Whether a run can come to what follows these steps. */
function mayGoOn(steps: readonly Step[]): boolean {
  return steps.every(
    (step) =>
      step.kind !== 'exit' &&
      (step.kind !== 'branch' || mayGoOn(step.else) || step.paths.some((path) => mayGoOn(path.steps))),
  );
}

function TriggerItem({ definition: { trigger, exit_events, only_while } }: { definition: Definition }) {
  const legend = useContext(LegendContext);
  const onlyWhile = only_while === false ? undefined : ONLY_WHILE[trigger.event];
  return (
    <li className="flow-item">
      <article
        id={legend.isLive ? idOf('trigger') : undefined}
        className="flow-card flow-trigger"
        aria-label={`Trigger: ${nameTrigger(trigger.event)}`}
      >
        <CardHead icon="bolt" kind="Trigger" name={nameTrigger(trigger.event)} />
        <p className="flow-note">{nameFrequency(trigger.frequency, trigger.event)}</p>
        <Conditions conditions={trigger.conditions} />
        {legend.trigger}
        {(onlyWhile ?? exit_events.length > 0) && (
          <ul className="flow-exits">
            {onlyWhile && (
              <li>
                {onlyWhile} {legend.untrue}
              </li>
            )}
            {exit_events.map(({ event, match }) => (
              <li key={`${event} ${match}`}>
                Ends early: {describeExit(event, match)} {legend.exit?.(event)}
              </li>
            ))}
          </ul>
        )}
      </article>
    </li>
  );
}

/** Of a draft, the event may not be named yet. */
const describeExit = (event: ExitEvent['event'], match: ExitEvent['match']): string =>
  event === apiEventType('') ? uncapitalize(nameTrigger(event)) : `${nameTrigger(event)} ${MATCH_LABELS[match]}`;

const StepItems = ({ steps }: { steps: readonly Step[] }) =>
  steps.map((step) => (
    <li key={step.id} className="flow-item">
      <StepCard step={step} />
      {step.kind === 'branch' && <Paths branch={step} />}
    </li>
  ));

function StepCard({ step }: { step: Step }) {
  const { step: legendOf, way, href, isBad, isLive } = useContext(LegendContext);
  const name = nameOf(step);
  const marks = [
    way?.has(step.id) && 'is-on-way',
    way && !way.has(step.id) && 'is-off-way',
    isBad?.(step) && 'is-bad',
  ].filter(Boolean);
  return (
    <article
      id={isLive ? idOf(`step-${step.id}`) : undefined}
      className={['flow-card', `flow-${step.kind}`, ...marks].join(' ')}
      aria-label={name ? `${STEP_LABELS[step.kind]}: ${name}` : STEP_LABELS[step.kind]}
    >
      <CardHead icon={STEP_ICONS[step.kind]} kind={STEP_LABELS[step.kind]} name={name} href={href?.(step)} />
      {step.kind === 'filter' && <Conditions conditions={step.conditions} />}
      {legendOf?.(step)}
    </article>
  );
}

/** Of a draft, not all is said yet. */
function nameOf(step: Step): string | null {
  switch (step.kind) {
    case 'email':
      return gistOfTemplate(step.email.subject) || 'No subject yet';
    case 'wait':
      return Number.isNaN(step.amount) ? 'No time yet' : nameDuration(step);
    case 'update_contact':
      return step.user_group ?? 'None';
    default:
      return null;
  }
}

interface CardHeadProps {
  icon: IconName;
  kind: string;
  name: string | null;
  href?: string | undefined;
}

const CardHead = ({ icon, kind, name, href }: CardHeadProps) => (
  <div className="flow-head">
    <Icon name={icon} />
    <div>
      {name !== null && <span className="flow-kind">{kind}</span>}
      <h3>{href === undefined ? (name ?? kind) : <a href={href}>{name ?? kind}</a>}</h3>
    </div>
  </div>
);

function Conditions({ conditions }: { conditions: readonly Condition[] }) {
  const dayName = useDayName();
  return (
    conditions.length > 0 && (
      <ul className="flow-conditions">
        {conditions.map((condition, index) => (
          <li key={index}>{describeCondition(condition, dayName)}</li>
        ))}
      </ul>
    )
  );
}

function Paths({ branch }: { branch: BranchStep }) {
  const paths = [
    ...branch.paths.map(({ id, name, conditions, steps }) => ({ id, name, conditions, steps })),
    { id: 'else', name: 'Otherwise', conditions: [], steps: branch.else },
  ];
  return (
    <>
      <ul className="flow-paths" aria-label="Paths">
        {paths.map(({ id, name, conditions, steps }) => (
          <li key={id} className={mayGoOn(steps) ? 'flow-path' : 'flow-path is-ending'}>
            <div className="flow-path-name">
              <strong>{name}</strong>
              <Conditions conditions={conditions} />
            </div>
            <ol className="flow" aria-label={name}>
              {steps.length > 0 ? (
                <StepItems steps={steps} />
              ) : (
                <li className="flow-item flow-through">
                  <span className="sr-only">No steps: goes on</span>
                </li>
              )}
            </ol>
          </li>
        ))}
      </ul>
      <Join goOn={paths.map(({ steps }) => mayGoOn(steps))} />
    </>
  );
}

/** The bar under the paths, from the first that goes on to the last, and to the middle, where the next step hangs. */
function Join({ goOn }: { goOn: readonly boolean[] }) {
  if (!goOn.includes(true)) return null;
  const middleOf = (index: number) => (100 * (index + 0.5)) / goOn.length;
  const from = Math.min(50, middleOf(goOn.indexOf(true)));
  const to = Math.max(50, middleOf(goOn.lastIndexOf(true)));
  return (
    <svg className="flow-join" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect x={from} width={to - from} height={2} />
    </svg>
  );
}
