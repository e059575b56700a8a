/** Above the editor: what keeps a draft from being saved or run, and what came of what was asked. */
import { OBSTACLE_WORDS, REFUSED_WORDS } from '../../../../shared/words/workflows';
import type { Uncounted } from '../../../workflows/read-workflows';
import { Banner, LinkButton, NoticeBanner } from '../../components/blocks';
import type { Notice } from '../../notices';
import { domId } from './context';
import type { Problem } from './problems';

export interface NotesProps {
  workflow: Uncounted;
  /** Someone else saved in between. */
  isConflict: boolean;
  /** All that is wrong with it: with what was just asked for, or with what is saved. */
  problems: readonly Problem[];
  /** What the problems kept from being done; null: nothing was asked for. */
  refused: keyof typeof REFUSED_WORDS | null;
  /** What came of a test or a faulty save. */
  notice: Notice | null;
}

export function Notes({ notice, isConflict, problems, refused, workflow }: NotesProps) {
  const obstacle = workflow.status === 'draft' ? 'activate' : 'publish';
  return (
    <>
      {isConflict && (
        <Banner
          tone="bad"
          title="Not saved: this workflow was changed meanwhile"
          actions={<LinkButton href={`/workflows/${workflow.id}`}>Load their version</LinkButton>}
        >
          Someone saved it after you opened it. What you wrote is still here; saving again puts it in place of theirs.
        </Banner>
      )}
      {problems.length > 0 && (
        <Banner tone={refused ? 'bad' : 'warn'} title={refused ? REFUSED_WORDS[refused] : OBSTACLE_WORDS[obstacle]}>
          <ul className="problem-list">
            {problems.map(({ place, inList }) => (
              <li key={place}>
                <a href={`#${domId(place)}`}>{inList}</a>
              </li>
            ))}
          </ul>
        </Banner>
      )}
      <NoticeBanner notice={notice} />
    </>
  );
}
