/** Mailing lists, as a form or a program makes them. */
import { z } from 'zod';
import { oneLine } from './one-line';

export const LIST_NAME_LENGTH = 100;
export const LIST_DESCRIPTION_LENGTH = 300;
export const MOST_LISTS = 50;

export const mailingListSchema = z.object({
  name: oneLine(LIST_NAME_LENGTH, 'must be text').min(1, 'must not be empty'),
  description: oneLine(LIST_DESCRIPTION_LENGTH, 'must be text')
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
