/** A run that a person starts, for the contact of an event of the log. */
import type { RunView } from '../../shared/api';
import { NOT_BEGUN_WORDS } from '../../shared/words/trials';
import { insertNew } from '../db/bulk';
import type { Db, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { recordRuns } from './record-runs';
import { viewRun } from './runs';
import { loadTrial, planTrial, type TrialRequest } from './trial';

export interface StartRequest extends Pick<TrialRequest, 'workflowId' | 'event'> {
  /** However often it has started: the run then holds no slot. */
  isAgain: boolean;
  /** Names the request: the same one sent twice starts one run. */
  token: string;
}

const TOKEN = /^[\w-]{1,64}$/;

/** Throws invalid_request. */
export function checkToken(token: string): void {
  if (!TOKEN.test(token))
    throw new AppError('invalid_request', 'token: must be 1 to 64 letters, digits, - or _', 'token');
}

/**
 * The run goes on by the queue as any other. Throws not_found, and invalid_request with the reason why it can't start; an
 * event of any age starts it.
 */
export const startByHand = (db: Db, tenant: Tenant, request: StartRequest, now: number): Promise<RunView> =>
  transact(db, (trx) => startWithin(trx, tenant, request, now));

/** The same, as a part of a transaction. */
export async function startWithin(
  trx: Trx,
  tenant: Tenant,
  { workflowId, event, isAgain, token }: StartRequest,
  now: number,
): Promise<RunView> {
  checkToken(token);
  const refuse = (words: string, field = 'event') => new AppError('invalid_request', words, field);
  const trial = await loadTrial(trx, tenant, { workflowId, event, isWriting: true });
  if (trial.workflow.status !== 'active') throw refuse(NOT_BEGUN_WORDS.notActive, 'id');
  const beginning = await planTrial(trx, trial, now);
  if (beginning.kind === 'refused') throw refuse(beginning.words);
  if (beginning.kind === 'repeats' && !isAgain) throw refuse(beginning.words);
  const { run } = beginning;
  // Its key begins as ever: who looks for the story of an invoice reads the type there.
  const asked = isAgain ? { ...run, slot: null, run_key: `${run.run_key} again ${token}` } : run;
  const [made] = await insertNew(trx, 'run', [asked], ['id']);
  if (!made && !isAgain) throw refuse(NOT_BEGUN_WORDS.sameChange);
  const row = await trx
    .selectFrom('run')
    .selectAll()
    .where(ofTenant(tenant))
    .where('workflow_id', '=', workflowId)
    .where('run_key', '=', asked.run_key)
    .executeTakeFirstOrThrow();
  if (made) await recordRuns(trx, [row], { now });
  return viewRun(row);
}
