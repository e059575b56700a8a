/** Keys of programs outside, one install's each. */
export const API_SCOPES = ['read', 'write'] as const;
/** `write` may read too. */
export type ApiScope = (typeof API_SCOPES)[number];

export const API_KEY_NAME_LENGTH = 100;
export const MOST_API_KEYS = 50;
