/** Mailing lists, as a form or a program makes them. */
import { z } from 'zod';

export const LIST_NAME_LENGTH = 100;
export const LIST_DESCRIPTION_LENGTH = 300;
export const MOST_LISTS = 50;

const line = (max: number) =>
  z
    .string('must be text')
    .trim()
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters');

export const mailingListSchema = z.object({
  name: line(LIST_NAME_LENGTH).min(1, 'must not be empty'),
  description: line(LIST_DESCRIPTION_LENGTH)
    .nullable()
    .default(null)
    .transform((text) => text || null),
  /** Shown on the preferences page, where contacts join and leave it. */
  is_public: z.boolean('must be true or false').default(false),
});

export interface MailingListView {
  id: string;
  object: 'mailing_list';
  name: string;
  description: string | null;
  is_public: boolean;
  /** How many are on it. */
  contacts: number;
  created_at: string;
}
