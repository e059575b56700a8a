/** Lengths, in characters, that a form shows and a schema checks. Apart from the schemas, which views don't bundle. */
export const USER_GROUP_LENGTH = 100;
export const WORKFLOW_NAME_LENGTH = 100;
