/** What one of our own words means, where it stands: opened by click, touch or key, and without a script. */
import { TERMS, type TermKey } from '../../../shared/words/help';
import { Icon } from './icon';

/** One mark for several words that stand together. */
export function Hint({ terms, label }: { terms: readonly TermKey[]; label?: string }) {
  if (terms.length === 0) return null;
  const names = label ?? terms.map((term) => TERMS[term].name).join(', ');
  return (
    <details className="term menu">
      <summary aria-label={`What does “${names}” mean?`} title="What does this mean?">
        <Icon name="help" />
      </summary>
      <dl className="term-words">
        {terms.map((term) => (
          <div key={term}>
            <dt>{TERMS[term].name}</dt>
            <dd>{TERMS[term].meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
