/** The import of the customers that were there before, with its progress. */
import type { ImportProgress } from '../../../shared/api';
import { countImported, IMPORT_WORDS } from '../../../shared/words/connection';
import { refreshes } from '../components/refreshes';
import { useFormats, useViewer } from '../page';
import { ConfirmByName } from './confirm-by-name';

/** Refreshes itself while it runs. `isUnconfirmed`: it was asked for without the account's name or id. */
export function Import({ progress, isUnconfirmed }: { progress: ImportProgress | null; isUnconfirmed: boolean }) {
  const { isLimited, status } = useViewer();
  const isRunning = progress?.status === 'running';
  return (
    <div
      className="card"
      id="import"
      aria-live="polite"
      {...(isRunning && refreshes({ id: 'import', url: '/settings/stripe', seconds: 1 }))}
    >
      <div className="progress-words">
        <h2>Import</h2>
        <span className="hint">
          <ImportWords progress={progress} />
        </span>
      </div>
      {progress && progress.status !== 'done' && (
        <progress
          aria-label="Import"
          max={progress.total ?? undefined}
          value={progress.total === null ? undefined : progress.done}
        />
      )}
      {!isRunning && status === 'active' && (
        <div className="danger-row">
          <div>
            <p className="hint">
              Brings in the customers you already have, with their subscriptions. No workflow starts, no email is sent,
              and choices of existing contacts stay as they are.
            </p>
          </div>
          {isLimited ? (
            <p className="hint">To import, sign in with Connect to Stripe.</p>
          ) : (
            <ConfirmByName
              act="import"
              isRefused={isUnconfirmed}
              label={progress ? 'Import again…' : 'Import customers…'}
              confirm="Start the import"
              tone="plain"
            />
          )}
        </div>
      )}
    </div>
  );
}

function ImportWords({ progress }: { progress: ImportProgress | null }) {
  const { number } = useFormats();
  if (!progress) return <>Not started</>;
  const { title, next } = IMPORT_WORDS[progress.status];
  return (
    <>
      {title}: {countImported(progress, number)}
      {next && `. ${next}`}
    </>
  );
}
