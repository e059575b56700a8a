/** Why a run ended, in words. */
import { CATALOGUE, isEventType } from '../../../shared/catalogue';

const WORDS: Record<string, string> = {
  filtered: 'A condition did not hold',
  exit_step: 'Came to a step that ends it',
  contact_deleted: 'The contact was deleted',
  workflow_deleted: 'The workflow was deleted',
  disconnected: 'The account was disconnected',
};

/** Null while there is nothing to say. */
export function runReason(reason: string | null): string | null {
  if (reason === null || reason === 'waiting') return null;
  if (isEventType(reason)) return `Ended by: ${CATALOGUE[reason].label}`;
  return WORDS[reason] ?? reason.charAt(0).toUpperCase() + reason.slice(1).replaceAll('_', ' ');
}
