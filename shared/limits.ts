/** Limits that a form shows and a schema checks. Apart from the schemas, which views don't bundle. Lengths in characters. */
export const USER_GROUP_LENGTH = 100;
export const WORKFLOW_NAME_LENGTH = 100;
/** Percent. */
export const MOST_HELD_OUT = 50;
/** Of a first or last name that a person types. */
export const NAME_LENGTH = 100;
/** How many billing contacts a contact may have. */
export const MOST_BILLING_CONTACTS = 10;
/** Of a note on a contact. */
export const NOTE_LENGTH = 5_000;
/** Of a filter that is kept by name, and how many of them an install has. */
export const FILTER_NAME_LENGTH = 60;
export const MOST_FILTERS = 20;
/** Of a file of contacts. */
export const MOST_IMPORTED_BYTES = 20 * 1024 * 1024;
export const MOST_IMPORTED_LINES = 200_000;
