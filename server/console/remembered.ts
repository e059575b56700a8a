/** What takes long to count is remembered for some seconds, and the page says so. */
export const COUNTED_MS = 15_000;

/** Rows: fewer are counted in no time, so that what was done shows at once. */
const MUCH = 50_000;

export const isMuch = (rows: number): boolean => rows > MUCH;

export const REMEMBERED_WORDS = 'There is much to count: the numbers are at most 15 seconds old.';
