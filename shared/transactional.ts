/** An email that other programs send through the API, with data variables of theirs in it: `{{ resetLink }}`. */
import { z } from 'zod';
import { oneLine } from './one-line';
import { emailContentSchema } from './workflow';

export const TRANSACTIONAL_NAME_LENGTH = 100;
export const MOST_TRANSACTIONAL_EMAILS = 500;

const { subject, preview_text, body } = emailContentSchema.shape;

/** As it may be published. */
export const transactionalContentSchema = z.strictObject({ subject, preview_text, body });
export type TransactionalContent = z.infer<typeof transactionalContentSchema>;

export const transactionalNameSchema = oneLine(TRANSACTIONAL_NAME_LENGTH).min(1, 'must not be empty');

/** What a data variable is filled with; a list is gone through with `{% for item in items %}`. */
export type DataValue = string | number | Record<string, string | number>[];

export interface TransactionalView {
  id: string;
  object: 'transactional_email';
  name: string;
  /** As it is edited. */
  draft: TransactionalContent;
  is_published: boolean;
  /** The draft isn't what goes out. */
  has_changes: boolean;
  /** Data variables of what is published, by their first appearance. */
  variables: string[];
  revision: number;
  published_at: string | null;
  created_at: string;
  updated_at: string;
}
