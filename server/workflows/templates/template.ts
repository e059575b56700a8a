/** What a shipped workflow is made of. */
import type { TriggerType } from '../../../shared/catalogue';
import type { Definition, EmailStep } from '../../../shared/workflow';

/** The definition for one of the events it is offered for, without its name; where that is about a mailing list, for this one. */
export type Template = (trigger: TriggerType, list: string | undefined) => Omit<Definition, 'name'>;

/** Signs every shipped email. */
const SIGNATURE = '{% if sender.name %}The {{ sender.name }} team{% else %}The team{% endif %}';

export const transactional = (id: string, subject: string, preview_text: string, body: string): EmailStep =>
  email('transactional', id, subject, preview_text, body);

export const marketing = (id: string, subject: string, preview_text: string, body: string): EmailStep =>
  email('marketing', id, subject, preview_text, body);

const email = (kind: 'marketing' | 'transactional', id: string, subject: string, preview_text: string, body: string) =>
  ({ id, kind: 'email', email: { kind, subject, preview_text, body: `${body.trim()}\n${SIGNATURE}\n` } }) as const;
