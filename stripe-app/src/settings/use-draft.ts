import { useCallback, useRef, useState } from 'react';
import type { Settings } from '../../../shared/settings';
import { changedParts, pickParts, rebase } from '../../../shared/settings-changes';
import { describeConflict } from '../../../shared/words/conflict';
import type { Client, Failure } from '../client';

export interface Draft {
  settings: Settings;
  /** Changes whenever inputs must take up new defaults, because something other than their own input changed them. */
  drawing: number;
  status: 'untouched' | 'changed' | 'saving' | 'saved' | 'refused';
  failure: Failure | null;
  /** Somebody else saved meanwhile: what changed, in a sentence that may be empty. */
  conflict: string | null;
  /** From an input, which already shows it. */
  change: (change: (settings: Settings) => Settings) => void;
  /** From a button that changes many inputs at once. */
  replace: (change: (settings: Settings) => Settings) => void;
  save: () => Promise<void>;
  /** Takes up what somebody else saved, and keeps what was changed here. */
  loadAgain: () => Promise<void>;
}

/** What the merchant has chosen but not saved, and the one way to save it: only the parts that were changed here. */
export function useDraft(client: Client, initial: Settings): Draft {
  /** As last read or saved: what was changed here differs from it. */
  const [base, setBase] = useState(initial);
  const [settings, setSettings] = useState(initial);
  const [drawing, setDrawing] = useState(0);
  const [status, setStatus] = useState<Draft['status']>('untouched');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [conflict, setConflict] = useState<string | null>(null);
  const isSaving = useRef(false);

  const change = useCallback<Draft['change']>((apply) => {
    setSettings(apply);
    setStatus('changed');
  }, []);
  const replace = useCallback<Draft['replace']>(
    (apply) => {
      change(apply);
      setDrawing((current) => current + 1);
    },
    [change],
  );

  /** `known`: what this draft held when `stored` was asked for; what was typed since then stays. */
  const takeUp = (stored: Settings, known: Settings, next: Draft['status']) => {
    setBase(stored);
    setSettings((current) => rebase(known, current, stored));
    // Inputs are drawn anew only when the backend's answer isn't what they show, as when it trimmed what was typed.
    if (changedParts(known, stored).length > 0) setDrawing((current) => current + 1);
    setFailure(null);
    setConflict(null);
    setStatus((current) => (current === 'changed' ? current : next));
  };
  const refuse = (error: Failure) => {
    setFailure(error);
    setStatus('refused');
  };

  const save = async () => {
    if (isSaving.current) return;
    isSaving.current = true;
    setStatus('saving');
    setFailure(null);
    setConflict(null);
    await sendChanges();
    isSaving.current = false;
  };
  const sendChanges = async () => {
    const changes = pickParts(settings, changedParts(base, settings));
    const saved = await client('settings/save', { settings: { ...changes, revision: base.revision } });
    if (saved.ok) return takeUp(saved.value, settings, 'saved');
    if (saved.error.code !== 'conflict') return refuse(saved.error);
    const stored = await client('settings/read');
    // Nothing is left to save, as when a save was carried out whose answer got lost.
    if (stored.ok && leftToSave(stored.value).length === 0) return takeUp(stored.value, settings, 'saved');
    setConflict(stored.ok ? describeConflict(changedParts(base, stored.value), leftToSave(stored.value)) : '');
    refuse(saved.error);
  };
  const leftToSave = (stored: Settings) => changedParts(stored, rebase(base, settings, stored));

  const loadAgain = async () => {
    const stored = await client('settings/read');
    if (!stored.ok) return refuse(stored.error);
    takeUp(stored.value, base, 'changed');
  };
  return { settings, drawing, status, failure, conflict, change, replace, save, loadAgain };
}
