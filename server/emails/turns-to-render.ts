/**
 * Rendering beside everything else, in turn: an install has one email under way at most, and what its costly ones may take
 * of the thread within a minute is limited, so that nobody waits for long because of somebody else's templates.
 */
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { tenantKey, type Tenant } from '../db/tenant';
import type { Rendered, RenderInput } from './render';
import { createRenderThread, CUT_OFF_MS, type RenderThread } from './render-thread';

/** `againIn`: the install has used up its time; milliseconds until it may render again. */
type RenderedInTurn = Rendered & { againIn?: number };

export interface Rendering {
  /** Throws when it is closed, and what must not happen. */
  render(tenant: Tenant, input: RenderInput): Promise<RenderedInTurn>;
  close(): Promise<void>;
}

/** A real email takes one or two milliseconds: what takes this long is costly. */
const COSTLY_MS = 50;
const MINUTE_MS = 60_000;
const MAX_COSTLY_MS = 2_000;

interface Job {
  input: RenderInput;
  resolve(rendered: RenderedInTurn): void;
  reject(error: unknown): void;
}

export function createRendering(thread: RenderThread = createRenderThread()): Rendering {
  /** By install, in the order of their turns. */
  const waiting = new Map<string, Job[]>();
  const budget = createBudget();
  let isWorking = false;

  async function work(): Promise<void> {
    isWorking = true;
    for (const [install] of waiting) {
      const jobs = waiting.get(install) ?? [];
      const job = jobs.shift();
      // Behind the others, where this loop comes to it again.
      waiting.delete(install);
      if (jobs.length > 0) waiting.set(install, jobs);
      if (job) await renderOne(install, job.input).then(job.resolve, job.reject);
    }
    isWorking = false;
  }

  async function renderOne(install: string, input: RenderInput): Promise<RenderedInTurn> {
    const againIn = budget.againIn(install);
    if (againIn > 0) return { ...held(input, EMAIL_REASONS.costlyMinute), againIn };
    const done = await thread.render(input);
    const ms = done?.ms ?? CUT_OFF_MS;
    if (ms >= COSTLY_MS) budget.spend(install, ms);
    return done?.rendered ?? held(input, EMAIL_REASONS.tooCostly);
  }

  return {
    render(tenant, input) {
      const install = tenantKey(tenant);
      return new Promise((resolve, reject) => {
        const jobs = waiting.get(install) ?? [];
        jobs.push({ input, resolve, reject });
        waiting.set(install, jobs);
        if (!isWorking) void work();
      });
    },
    close: () => thread.close(),
  };
}

const held = ({ content }: RenderInput, outcome: string) =>
  ({ kind: 'held', subject: content.subject, reason: 'over_budget', outcome }) as const;

function createBudget() {
  const minutes = new Map<string, { endsAt: number; spent: number }>();
  const minuteOf = (install: string) => {
    const minute = minutes.get(install);
    return minute && minute.endsAt > performance.now() ? minute : undefined;
  };
  return {
    againIn(install: string): number {
      const minute = minuteOf(install);
      return minute && minute.spent >= MAX_COSTLY_MS ? Math.ceil(minute.endsAt - performance.now()) : 0;
    },
    spend(install: string, ms: number): void {
      const minute = minuteOf(install) ?? { endsAt: performance.now() + MINUTE_MS, spent: 0 };
      minute.spent += ms;
      for (const [key, { endsAt }] of minutes) if (endsAt <= performance.now()) minutes.delete(key);
      minutes.set(install, minute);
    },
  };
}
