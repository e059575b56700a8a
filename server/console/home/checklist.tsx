/** What is left to set up, until somebody hides it; the Settings lead back to it. */
import {
  countSetup,
  isComplete,
  isOptional,
  OPTIONAL_LABEL,
  SETUP_REASONS,
  SETUP_STATUS_LABELS,
  SETUP_STEPS,
  SETUP_TITLES,
  type Setup,
  type SetupStatus,
  type SetupStep,
} from '../../../shared/words/setup';
import { Badge } from '../components/badge';
import { ButtonForm } from '../components/form';
import { Icon } from '../components/icon';

export const CLOSE_CHECKLIST_PATH = '/overview/close-checklist';
export const OPEN_CHECKLIST_PATH = '/overview/open-checklist';

const PLACES: Record<SetupStep, string> = {
  connect: '/settings/stripe',
  events: '/settings/stripe#events',
  import: '/settings/stripe#import',
  sending: '/settings/sending',
  workflow: '/workflows',
  mail: '/emails',
};

const TONES = { 'not-started': 'plain', 'in-progress': 'info', complete: 'good' } as const satisfies Record<
  SetupStatus,
  string
>;

export function Checklist({ setup }: { setup: Setup }) {
  const { done, all } = countSetup(setup);
  const next = SETUP_STEPS.find((step) => setup[step] !== 'complete' && !isOptional(step));
  return (
    <section className="card checklist" aria-label="Getting started">
      <div className="checklist-head">
        <div>
          <h2>{next ? 'Getting started' : 'All set up'}</h2>
          <p className="hint">
            {done} of {all} done
          </p>
        </div>
        <ButtonForm
          action={CLOSE_CHECKLIST_PATH}
          label={isComplete(setup) ? 'Close the checklist' : 'Hide the checklist'}
          tone={isComplete(setup) ? 'plain' : 'quiet'}
        />
      </div>
      <ol>
        {SETUP_STEPS.map((step) => (
          <li key={step} className={`is-${setup[step]}`} aria-current={step === next ? 'step' : undefined}>
            <span className="checklist-mark">{setup[step] === 'complete' && <Icon name="check" />}</span>
            <div>
              <a href={PLACES[step]}>{SETUP_TITLES[step]}</a>
              {isOptional(step) && <span className="hint"> ({OPTIONAL_LABEL})</span>}
              {setup[step] !== 'complete' && <p className="hint">{SETUP_REASONS[step]}</p>}
            </div>
            <Badge tone={TONES[setup[step]]} label={SETUP_STATUS_LABELS[setup[step]]} />
          </li>
        ))}
      </ol>
    </section>
  );
}
