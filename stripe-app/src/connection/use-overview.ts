import { useCallback, useEffect, useState } from 'react';
import type { Overview } from '../../../shared/api';
import type { Client } from '../client';
import { writeAs } from '../format';
import { type Asked, useAnswer } from '../use-answer';

export interface OverviewAsked extends Asked<Overview> {
  /** Call it when the merchant leaves for Stripe's page: the view then notices by itself that they are connected. */
  watch: () => void;
}

const SOON_MS = 3_000;
/** Below the ten minutes that a console link lives. */
const LATER_MS = 5 * 60_000;

/** The install's state, kept fresh: closely while something is about to change, now and then otherwise. */
export function useOverview(client: Client): OverviewAsked {
  const asked = useAnswer(
    useCallback(async () => {
      const result = await client('overview');
      if (result.ok) writeAs(result.value);
      return result;
    }, [client]),
  );
  const [isWatching, setWatching] = useState(false);
  const { answer, reload } = asked;

  const overview = answer.kind === 'ready' ? answer.value : undefined;
  const isMoving = overview?.import?.status === 'running' || (isWatching && overview?.status !== 'active');
  useEffect(() => {
    let isAsking = false;
    const ask = async () => {
      if (isAsking) return;
      isAsking = true;
      await reload();
      isAsking = false;
    };
    const timer = setInterval(() => void ask(), isMoving ? SOON_MS : LATER_MS);
    return () => clearInterval(timer);
  }, [isMoving, reload]);

  return { ...asked, watch: useCallback(() => setWatching(true), []) };
}
