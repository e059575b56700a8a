/** What settings are said to have changed when somebody else saved them meanwhile. */
import type { SettingsPart } from '../settings-changes';
import { nameSetting } from './fields';

/**
 * "Changed meanwhile: Sender, Payment failed. You changed Sender too: saving puts yours in place of theirs."
 * Empty when they changed nothing that has a name.
 */
export function describeConflict(theirs: readonly SettingsPart[], mine: readonly SettingsPart[]): string {
  const both = theirs.filter((part) => mine.includes(part));
  return [
    nameAll(theirs) && `Changed meanwhile: ${nameAll(theirs)}.`,
    nameAll(both) && `You changed ${nameAll(both)} too: saving puts yours in place of theirs.`,
  ]
    .filter(Boolean)
    .join(' ');
}

const nameAll = (parts: readonly SettingsPart[]): string => parts.map(nameSetting).filter(Boolean).join(', ');
