/** All contacts forwarded once. Refreshes itself while it goes on. */
import { FORWARDING_WORDS as WORDS } from '../../../shared/words/forwarding';
import type { Forwarding } from '../../forwarding/forwarding-settings';
import { buttonClass, PostForm } from '../components/form';
import { refreshes } from '../components/refreshes';
import { Count, Plural, Time } from '../components/values';
import { FORWARDING_PATH } from './forwarding';

export function Everyone({ forwarding, isLimited }: { forwarding: Forwarding; isLimited: boolean }) {
  const { backfill_place, backfill_done: done, backfill_total: total, backfill_ended_at: endedAt } = forwarding;
  const isRunning = backfill_place !== null && forwarding.status === 'on';
  const whyNot = isRunning ? 'running' : whyNotEveryone(forwarding, isLimited);
  return (
    <div
      className="card section"
      id="everyone"
      aria-live="polite"
      {...(isRunning && refreshes({ id: 'everyone', url: FORWARDING_PATH, seconds: 2 }))}
    >
      <div className="progress-words">
        <h2>{WORDS.everyone}</h2>
        <span className="hint">
          {backfill_place !== null ? (
            <>
              <Count value={done} /> of <Plural count={Math.max(done, total)} one="contact" />
            </>
          ) : (
            endedAt !== null && (
              <>
                <Plural count={done} one="contact" />, <Time at={endedAt} />
              </>
            )
          )}
        </span>
      </div>
      {isRunning && <progress aria-label={WORDS.everyone} max={Math.max(done, total)} value={done} />}
      <div className="danger-row">
        <div className="hint">
          <p>{WORDS.everyoneHint}</p>
          {whyNot && <p id="everyone-not">{WORDS.everyoneNot[whyNot]}</p>}
        </div>
        <PostForm action={`${FORWARDING_PATH}/everyone`} className="button-form">
          <button className={buttonClass()} disabled={!!whyNot} aria-describedby={whyNot && 'everyone-not'}>
            {WORDS.everyoneNow}
          </button>
        </PostForm>
      </div>
    </div>
  );
}

function whyNotEveryone(
  { status, contacts }: Forwarding,
  isLimited: boolean,
): Exclude<keyof typeof WORDS.everyoneNot, 'running'> | undefined {
  if (isLimited) return 'limited';
  if (status === 'off') return 'off';
  if (status !== 'on') return 'key';
  return contacts === 1 ? undefined : 'contacts';
}
