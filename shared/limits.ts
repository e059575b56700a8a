/** Limits that a form shows and a schema checks. Apart from the schemas, which views don't bundle. Lengths in characters. */
export const USER_GROUP_LENGTH = 100;
export const WORKFLOW_NAME_LENGTH = 100;
/** Percent. */
export const MOST_HELD_OUT = 50;
