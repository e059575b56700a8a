/** What a run does next. Pure: walk.ts carries it out and asks again. */
import {
  findStep,
  stepsOf,
  type BranchPath,
  type BranchStep,
  type Definition,
  type EmailStep,
  type FilterStep,
  type PlacedStep,
  type Step,
  type UpdateContactStep,
  type WaitStep,
} from '../../shared/workflow';
import { matches, type PropertyScope } from './match';

export interface Standing {
  /** The step to do; null past the last one. */
  stepId: string | null;
  /** The step is a wait that has been waited out. */
  hasWaited: boolean;
}

/** `next` is the step to do afterwards, null for the end. */
export type StepDecision =
  | { kind: 'wait'; step: WaitStep; ms: number }
  | { kind: 'waited'; step: WaitStep; next: string | null }
  | { kind: 'email'; step: EmailStep; next: string | null }
  | { kind: 'update_contact'; step: UpdateContactStep; next: string | null }
  | { kind: 'filter'; step: FilterStep; passed: boolean; next: string | null }
  | { kind: 'branch'; step: BranchStep; path: BranchPath | null; next: string | null }
  | { kind: 'exit'; step: Step }
  | { kind: 'finish' };

const UNIT_MS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

export function nextStep(definition: Definition, standing: Standing, scope: PropertyScope): StepDecision {
  const placed = standing.stepId === null ? undefined : placeOf(definition, standing.stepId);
  if (!placed) return { kind: 'finish' };
  const { step } = placed;
  const next = stepAfter(definition, step.id);
  switch (step.kind) {
    case 'wait':
      return standing.hasWaited ? { kind: 'waited', step, next } : { kind: 'wait', step, ms: waitMs(step) };
    case 'email':
    case 'update_contact':
      return { kind: step.kind, step, next } as StepDecision;
    case 'filter': {
      const passed = matches(step.conditions, scope);
      return { kind: 'filter', step, passed, next: passed ? next : null };
    }
    case 'branch': {
      const path = step.paths.find((candidate) => matches(candidate.conditions, scope)) ?? null;
      const [first] = path ? path.steps : step.else;
      return { kind: 'branch', step, path, next: first?.id ?? next };
    }
    case 'exit':
      return { kind: 'exit', step };
  }
}

const places = new WeakMap<Definition, Map<string, PlacedStep>>();

/** The same as findStep, found at once for definitions that don't change: each step of each run asks for some. */
export function placeOf(definition: Definition, id: string): PlacedStep | undefined {
  let own = places.get(definition);
  if (!own) {
    // Of two with the same id the first counts.
    own = new Map(
      stepsOf(definition)
        .map((placed) => [placed.step.id, placed] as const)
        .reverse(),
    );
    places.set(definition, own);
  }
  return own.get(id);
}

/** Milliseconds. */
const waitMs = (step: WaitStep): number => step.amount * UNIT_MS[step.unit];

export const firstStep = (definition: Definition): string | null => definition.steps[0]?.id ?? null;

/** The step after this one in its list; at the list's end, the one after the branch that holds it; null at the end. */
export function stepAfter(definition: Definition, id: string): string | null {
  const placed = placeOf(definition, id);
  if (!placed) return null;
  const sibling = placed.siblings[placed.index + 1];
  if (sibling) return sibling.id;
  return placed.inside ? stepAfter(definition, placed.inside.id) : null;
}

/** Where a run goes on that stands at a step which an edit removed: the first step after it that is still there. */
export function survivingStep(before: Definition, after: Definition, id: string): string | null {
  for (let step: string | null = id; step !== null; step = stepAfter(before, step))
    if (findStep(after, step)) return step;
  return null;
}
