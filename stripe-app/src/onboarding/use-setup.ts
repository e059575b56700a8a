import { useCallback } from 'react';
import type { Overview } from '../../../shared/api';
import type { Client, Result } from '../client';
import { type Asked, useAnswer } from '../use-answer';
import type { Setup } from './setup';

/** What the checklist needs besides the overview, asked again whenever the account becomes connected. */
export function useSetup(client: Client, overview: Overview | undefined): Asked<Omit<Setup, 'overview'>> {
  const connected = overview?.connected ?? false;
  return useAnswer(useCallback(() => readSetup(client, connected), [client, connected]));
}

async function readSetup(client: Client, connected: boolean): Promise<Result<Omit<Setup, 'overview'>>> {
  if (!connected) return { ok: true, value: { settings: null, workflows: null } };
  const [settings, workflows] = await Promise.all([client('settings/read'), client('workflows/list', { limit: 100 })]);
  if (!settings.ok) return settings;
  if (!workflows.ok) return workflows;
  return { ok: true, value: { settings: settings.value, workflows: workflows.value.data } };
}
