import { useCallback, useState } from 'react';
import type { Settings } from '../../../shared/settings';
import type { Client, Failure } from '../client';

export interface Draft {
  settings: Settings;
  /** Changes whenever inputs must take up new defaults, because something other than their own input changed them. */
  revision: number;
  status: 'untouched' | 'changed' | 'saving' | 'saved' | 'refused';
  failure: Failure | null;
  /** From an input, which already shows it. */
  change: (change: (settings: Settings) => Settings) => void;
  /** From a button that changes many inputs at once. */
  replace: (change: (settings: Settings) => Settings) => void;
  save: () => Promise<void>;
}

/** What the merchant has chosen but not saved, and the one way to save it. */
export function useDraft(client: Client, initial: Settings): Draft {
  const [settings, setSettings] = useState(initial);
  const [revision, setRevision] = useState(0);
  const [status, setStatus] = useState<Draft['status']>('untouched');
  const [failure, setFailure] = useState<Failure | null>(null);

  const change = useCallback<Draft['change']>((apply) => {
    setSettings(apply);
    setStatus('changed');
  }, []);
  const replace = useCallback<Draft['replace']>(
    (apply) => {
      change(apply);
      setRevision((current) => current + 1);
    },
    [change],
  );
  const save = async () => {
    setStatus('saving');
    setFailure(null);
    const saved = await client('settings/save', { settings });
    if (!saved.ok) {
      setFailure(saved.error);
      setStatus('refused');
      return;
    }
    setSettings(saved.value);
    // The backend trims what was typed; inputs are drawn anew only when that changed something.
    if (JSON.stringify(saved.value) !== JSON.stringify(settings)) setRevision((current) => current + 1);
    setStatus('saved');
  };
  return { settings, revision, status, failure, change, replace, save };
}
