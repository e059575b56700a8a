import { useCallback, useEffect, useRef, useState } from 'react';
import type { Failure, Result } from './client';

type Answer<T> = { kind: 'loading' } | { kind: 'ready'; value: T } | { kind: 'failed'; error: Failure };

export interface Asked<T> {
  answer: Answer<T>;
  /** Sends the request again. The shown answer stays until a new one arrives, also when the request fails. */
  reload: () => Promise<void>;
}

const LOADING = { kind: 'loading' } as const;

/**
 * Calls every new `ask` once (memoise it), and again on reload and whenever `version` changes. An answer is never shown
 * for another `ask` than its own.
 */
export function useAnswer<T>(ask: () => Promise<Result<T>>, version?: unknown): Asked<T> {
  const [shown, setShown] = useState<{ ask: typeof ask; answer: Answer<T> }>({ ask, answer: LOADING });
  const latest = useRef(0);

  const fetchAnswer = useCallback(async () => {
    const question = ++latest.current;
    const result = await ask();
    if (question !== latest.current) return;
    setShown((current) => {
      if (result.ok) return { ask, answer: { kind: 'ready', value: result.value } };
      const keep = current.ask === ask && current.answer.kind === 'ready';
      return keep ? current : { ask, answer: { kind: 'failed', error: result.error } };
    });
  }, [ask]);

  useEffect(() => {
    void fetchAnswer();
  }, [fetchAnswer, version]);

  const reload = useCallback(() => {
    setShown((current) => (current.answer.kind === 'failed' ? { ask, answer: LOADING } : current));
    return fetchAnswer();
  }, [ask, fetchAnswer]);

  return { answer: shown.ask === ask ? shown.answer : LOADING, reload };
}
