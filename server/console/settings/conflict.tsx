/** What a person is told who saves settings that somebody else saved meanwhile. */
import type { SettingsPart } from '../../../shared/settings-changes';
import { describeConflict } from '../../../shared/words/conflict';
import { Banner, LinkButton } from '../components/blocks';

export interface Conflict {
  /** What changed since the form was opened. */
  theirs: readonly SettingsPart[];
  /** What the form would change in what is saved now. */
  mine: readonly SettingsPart[];
}

export const ConflictBanner = ({ theirs, mine, loadHref }: Conflict & { loadHref: string }) => (
  <Banner
    tone="bad"
    title="Not saved: these settings were changed meanwhile"
    actions={<LinkButton href={loadHref}>Load their version</LinkButton>}
  >
    {describeConflict(theirs, mine)} Both their changes and yours are in the form below; save again to keep them.
  </Banner>
);
