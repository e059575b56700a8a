import { useState } from 'react';
import type { Failure, Result } from './client';

/** One thing a person can start: whether it is under way, and why it failed the last time. */
export function useAction(): {
  isPending: boolean;
  failure: Failure | null;
  run: <T>(action: () => Promise<Result<T>>, then: (value: T) => Promise<void>) => Promise<void>;
} {
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = async <T>(action: () => Promise<Result<T>>, then: (value: T) => Promise<void>) => {
    setPending(true);
    setFailure(null);
    const result = await action();
    if (result.ok) await then(result.value);
    else setFailure(result.error);
    setPending(false);
  };
  return { isPending, failure, run };
}
