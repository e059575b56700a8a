/** What a dry run and a start by hand say. */

/** Why a workflow doesn't begin with an event that a person chose. */
export const NOT_BEGUN_WORDS = {
  noContact: 'This event belongs to no contact.',
  noPayload: 'This event is no longer kept whole.',
  told: 'Another workflow has begun to tell this contact of it.',
  unfit: 'What the trigger asks for does not hold for this event.',
  sameChange: 'This workflow has already started with this event.',
  frequency: 'How often this workflow starts doesn’t allow another run for this contact.',
  notMade: 'Only events that have happened start this workflow.',
  noList: 'This contact is on no mailing list.',
  notActive: 'Only an active workflow starts. Activate it first.',
} as const;

export const DRY_RUN_WORDS = {
  lead: 'Choose an event that has happened, and see which way the workflow would go with it now. Nothing is sent or written.',
  published: 'What is published',
  draft: 'The draft',
  draftStartsNot: 'A draft is only played. Publish it to start it.',
  made: 'This workflow needs nothing of an event but the contact. It can start as if it happened now, for',
  noneNeeded: 'None has come for this contact so far, and none is needed.',
  instead:
    'Make it happen in Stripe, or find it by its id. For somebody who was just added, use a workflow that starts with “Contact added”.',
} as const;
/** What a dry run can't know. */
export const DRY_RUN_LIMITS =
  'With the contact and the state of things as they are now, and without asking Stripe. Each email is judged once more right before it would go.';
export const START_WORDS = {
  lead: 'Emails go to this contact as if the event came now, by the same rules as ever.',
  again: 'Start it once more all the same',
} as const;
