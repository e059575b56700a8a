/** How values stand in columns: flags as 0/1, times as epoch milliseconds, JSON as text. */
import type { Flag } from './schema';

export const flag = (value: boolean): Flag => (value ? 1 : 0);
export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));
export const msOfSeconds = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);
