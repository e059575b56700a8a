/** A rehearsal's sample as the page shows it. Pure. */
import type { Rehearsal } from '../../../../shared/api';
import { nameStep } from '../../../../shared/words/workflows';
import { findStep, type Definition } from '../../../../shared/workflow';
import type { RehearsalRow } from './rehearsal';

/** `draft` is what was rehearsed. */
export const rehearsalRows = (draft: Definition, { sample }: Rehearsal): RehearsalRow[] =>
  sample.map((one, n) => {
    const placed = one.step === null ? undefined : findStep(draft, one.step);
    return {
      ...one,
      id: String(n),
      stepName: placed ? nameStep(placed.step) : null,
      place: placed && one.subject !== null ? placed.path.join('.') : null,
    };
  });
