/** A line of text from outside, such as a name: trimmed, of limited length, without control characters. */
import { z } from 'zod';

/** `notText` is said of anything but text. */
export const oneLine = (max: number, notText?: string) =>
  z
    .string(notText)
    .trim()
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters');

/** The same where there may be none: a blank one is null. */
export const oneLineOrNull = (max: number, notText?: string) =>
  oneLine(max, notText)
    .nullable()
    .transform((text) => text || null);
