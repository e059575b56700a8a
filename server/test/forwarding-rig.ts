/** A Tillpost that forwards: to a second Tillpost in the place of Loops, whose API Loops' own client speaks, or to the recording server. */
import type { LoopsClient } from 'loops';
import { openSession } from '../installs/sessions';
import { findForwarding } from '../forwarding/forwarding-settings';
import { listForwards } from '../forwarding/forward-log';
import { clientOf, newKey } from './api-rig';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { fixtureEvent, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, startTillpost, TEST, type HarnessOptions, type Tillpost } from './harness';
import { startRecordingLoops, type RecordingLoops } from './recording-loops';

export interface ForwardingRig {
  tillpost: Tillpost;
  client: BrowserClient;
  /** Saves Settings → Forwarding as a person would, and lets the key be tried. The answer to the form. */
  save(fields: Record<string, string>): Promise<Response>;
  /** The log, newest first: kind, status and outcome. */
  log(): Promise<string[]>;
  status(): Promise<string | undefined>;
}

export const PATH = '/settings/forwarding';
const CONTACTS = { contacts: 'on', on: 'on' };

async function startRig(base: string, options: HarnessOptions): Promise<ForwardingRig> {
  const tillpost = await startTillpost({ ...options, env: { LOOPS_API_BASE: base, ...options.env } });
  await tillpost.connect();
  await tillpost.enable();
  const client = createBrowserClient(tillpost.url);
  client.jar.set(
    'tillpost_session',
    await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined }),
  );
  return {
    tillpost,
    client,
    async save(fields) {
      const csrf_token = await client.csrfToken(PATH);
      const answer = await client.post(PATH, { csrf_token, ...CONTACTS, ...fields });
      await tillpost.worker.drain();
      return answer;
    },
    async log() {
      const { data } = await listForwards(tillpost.db, TEST, { limit: 50 });
      return data.map(({ kind, status, outcome }) => `${kind} ${status}: ${outcome}`);
    },
    status: async () => (await findForwarding(tillpost.db, TEST))?.status,
  };
}

/** `loops` is Loops' own client, of the Tillpost that stands in its place; `key` opens it. */
export async function withTillpostAsLoops(
  options: HarnessOptions,
  work: (rig: ForwardingRig & { loops: LoopsClient; target: Tillpost }) => Promise<void>,
): Promise<void> {
  const target = await startTillpost({ env: { API_REQUESTS_PER_SECOND: '1000' } });
  try {
    await target.connect();
    const rig = await startRig(`${target.url}/api`, options);
    try {
      expect((await rig.save({ key: await newKey(target), ...ALL_EVENTS })).status).toBe(303);
      await work({ ...rig, target, loops: await clientOf(target) });
    } finally {
      await rig.tillpost.close();
    }
  } finally {
    await target.close();
  }
}

const ALL_EVENTS = { 'events.invoice.paid': 'on', 'events.lifecycle.trial_started': 'on', 'events.api.*': 'on' };

export const LOOPS_KEY = 'loops_key_5e1f';

/** Contacts alone are forwarded, by LOOPS_KEY. */
export async function withRecordingLoops(
  options: HarnessOptions,
  work: (rig: ForwardingRig & { loops: RecordingLoops }) => Promise<void>,
): Promise<void> {
  const loops = await startRecordingLoops();
  try {
    const rig = await startRig(loops.url, options);
    try {
      expect((await rig.save({ key: LOOPS_KEY })).status).toBe(303);
      loops.take();
      await work({ ...rig, loops });
    } finally {
      await rig.tillpost.close();
    }
  } finally {
    await loops.close();
  }
}

/** Something happens in Stripe, and the loop does all that follows. */
export async function happen(tillpost: Tillpost, type: FixtureType, object: FixtureOptions['object']): Promise<void> {
  tillpost.clock.advance(2_000);
  const created = Math.floor(tillpost.clock.now() / 1000);
  const event = fixtureEvent(type, { account: ACCOUNT, created, object });
  expect((await tillpost.deliver(event)).status).toBe(200);
  await tillpost.worker.drain();
}

export async function later({ clock, worker }: Tillpost, ms: number): Promise<void> {
  clock.advance(ms);
  await worker.drain();
}
