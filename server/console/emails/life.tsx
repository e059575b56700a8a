/** What happened to an email, the earliest first. */
import type { EmailView } from '../../../shared/api';
import { lifeOf, type EmailTraces } from '../../../shared/words/email-life';
import { Time } from '../components/values';

export const EmailLife = ({ email, traces }: { email: EmailView; traces: EmailTraces }) => (
  <ol className="timeline">
    {lifeOf(email, traces).map(({ label, tone, at, words }) => (
      <li key={label} className={`is-${tone}`}>
        <div className="timeline-head">
          <span className="strong">{label}</span>
          {at && <Time at={at} as="seconds" />}
        </div>
        {words && <p className="hint">{words}</p>}
      </li>
    ))}
  </ol>
);

/** In a line, for lists of many: each with its time, where that is kept. */
export const EmailLifeLine = ({ email }: { email: EmailView }) => (
  <ul className="life-line">
    {lifeOf(email).map(({ label, at, words }) => (
      <li key={label}>
        {label}
        {at && (
          <>
            {' '}
            <Time at={at} />
          </>
        )}
        {words && (
          <>
            : <span className="life-words">{words}</span>
          </>
        )}
      </li>
    ))}
  </ul>
);
