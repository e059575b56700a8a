/** What there is to set up, in order: in the Dashboard's checklist and on the console's overview. */
export const SETUP_TITLES = {
  connect: 'Connect to Stripe',
  events: 'Choose events',
  import: 'Import your customers',
  sending: 'Set up sending',
  workflow: 'Turn on a workflow',
  mail: 'Send the first email',
} as const;
export type SetupStep = keyof typeof SETUP_TITLES;

export type SetupStatus = 'not-started' | 'in-progress' | 'complete';

export const SETUP_STEPS = Object.keys(SETUP_TITLES) as SetupStep[];

/** Tillpost does all it does without them: they are not counted. */
const OPTIONAL: readonly SetupStep[] = ['import'];
export const isOptional = (step: SetupStep): boolean => OPTIONAL.includes(step);
export const OPTIONAL_LABEL = 'optional';

export type Setup = Record<SetupStep, SetupStatus>;

/** Of the steps that count. */
export function countSetup(setup: Setup): { done: number; all: number } {
  const counted = SETUP_STEPS.filter((step) => !isOptional(step));
  return { done: counted.filter((step) => setup[step] === 'complete').length, all: counted.length };
}

export const isComplete = (setup: Setup): boolean => {
  const { done, all } = countSetup(setup);
  return done === all;
};

/** What each is for. */
export const SETUP_REASONS: Record<SetupStep, string> = {
  connect: 'Tillpost reads your customers and hears of what happens, nothing more.',
  events: 'The recommended ones keep your audience true. Nothing is on until you save.',
  import: 'Brings in the customers you already have. No email is sent because of it.',
  sending: 'Your operator names a mail server. Until then emails are captured: you can read them, nobody gets them.',
  workflow: 'Begin with a template, such as “Payment failed”, and change every word of it.',
  mail: 'It goes out, or in test mode is captured, as soon as the event of an active workflow arrives.',
};

export const SETUP_STATUS_LABELS: Record<SetupStatus, string> = {
  'not-started': 'To do',
  'in-progress': 'Begun',
  complete: 'Done',
};
