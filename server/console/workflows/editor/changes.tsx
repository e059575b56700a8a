/** What waits to be published: what it changes, and what to do with it. */
import type { ReactNode } from 'react';
import { CHANGE_LABELS, DRAFT_WORDS } from '../../../../shared/words/workflows';
import type { DefinitionChange, FieldChange } from '../../../workflows/compare';
import { diffLines, type DiffLine } from '../../../workflows/diff-lines';
import { Badge } from '../../components/badge';
import { Confirm, buttonClass } from '../../components/form';
import { Plural, Time } from '../../components/values';
import { useEditor } from './context';

export interface Unpublished {
  savedAt: number;
  changes: readonly DefinitionChange[];
}

export function UnpublishedChanges({ savedAt, changes, revision }: Unpublished & { revision: number }) {
  const { workflowId } = useEditor();
  return (
    <section className="unpublished" aria-label={DRAFT_WORDS.label}>
      <div className="unpublished-head">
        <div>
          <h2>{DRAFT_WORDS.label}</h2>
          <p className="hint">
            Saved <Time at={savedAt} />. {DRAFT_WORDS.lead}
          </p>
        </div>
        <div className="actions">
          <Confirm
            label={DRAFT_WORDS.discard}
            action={`/workflows/${workflowId}/discard`}
            words={DRAFT_WORDS.discardHint}
            confirm={DRAFT_WORDS.discardConfirm}
          >
            <input type="hidden" name="revision" value={revision} />
          </Confirm>
          <button className={buttonClass('primary')} form="workflow-form" name="then" value="publish">
            {DRAFT_WORDS.publish}
          </button>
        </div>
      </div>
      <details className="changes">
        <summary>
          Show <Plural count={changes.length} one="change" />
        </summary>
        <ol>
          {changes.map((change, index) => (
            <li key={index}>
              <h3>
                <Badge tone={TONES[change.kind]} label={CHANGE_LABELS[change.kind]} /> {change.title}
              </h3>
              {change.fields.length > 0 && (
                <dl>
                  {change.fields.map((field) => (
                    <div key={field.label}>
                      <dt>{field.label}</dt>
                      <dd>
                        <Change {...field} />
                      </dd>
                    </div>
                  ))}
                </dl>
              )}
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}

const TONES = { added: 'good', removed: 'bad', moved: 'info', changed: 'info' } as const;

function Change({ from, to }: FieldChange) {
  if (from.includes('\n') || to.includes('\n')) return <Lines lines={diffLines(from, to)} />;
  return (
    <>
      {from !== '' && <del>{from}</del>}
      {from !== '' && ' → '}
      {to === '' ? <em className="hint">{DRAFT_WORDS.nothing}</em> : <ins>{to}</ins>}
    </>
  );
}

/** Of what stayed, only what stands next to a change. */
const AROUND = 2;

function Lines({ lines }: { lines: readonly DiffLine[] }) {
  const isNear = (index: number) =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ kind }) => kind !== 'same');
  return (
    <div className="diff">
      {lines.map(({ kind, text }, index): ReactNode => {
        if (kind === 'same' && !isNear(index))
          return index > 0 && !isNear(index - 1) && lines[index - 1]?.kind === 'same' ? null : (
            <p key={index} className="diff-gap">
              …
            </p>
          );
        const Mark = MARKS[kind];
        return (
          <p key={index} className={`diff-${kind}`}>
            <Mark>{text === '' ? '\u00a0' : text}</Mark>
          </p>
        );
      })}
    </div>
  );
}

const MARKS = { same: 'span', removed: 'del', added: 'ins' } as const;
