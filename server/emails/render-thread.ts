/**
 * The thread in which emails are rendered, so that no template holds up what else the process does. What runs on after
 * Liquid's own limit ends with its thread; the next email starts another.
 */
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { workerFile } from '../worker-file';
import { MAX_RENDER_MS } from './liquid';
import type { Rendered, RenderInput } from './render';
import type { Answer, Ready } from './render-worker';
import { workedMs } from './thread-time';

export interface RenderThread {
  /** One at a time. Null: it took too long or too much memory. Throws what rendering must not throw. */
  render(input: RenderInput): Promise<{ rendered: Rendered; ms: number } | null>;
  /** What is under way throws. */
  close(): Promise<void>;
}

/** Of work, where that is known. Later than Liquid's own limit, which keeps the thread. */
export const CUT_OFF_MS = MAX_RENDER_MS + 100;
/** However little of it was work. */
const MAX_CUT_OFFS = 20;
const MAX_MB = 256;

const { file: FILE, execArgv } = workerFile(__dirname, 'render-worker');

export function createRenderThread(): RenderThread {
  let thread: Promise<Started> | undefined;
  /** Ends the wait for what is under way. */
  let underWay = new AbortController();
  let isClosed = false;

  async function start(): Promise<Started> {
    const worker = new Worker(FILE, { execArgv, resourceLimits: { maxOldGenerationSizeMb: MAX_MB } });
    // Whoever forgets to close it must not keep the process.
    worker.unref();
    let ready: Ready;
    try {
      [ready] = (await once(worker, 'message', { signal: underWay.signal })) as [Ready];
    } catch (error) {
      thread = undefined;
      await worker.terminate();
      throw isClosed ? new ClosedError() : error;
    }
    // Whoever waits for an answer learns of it too.
    worker.on('error', () => undefined);
    return { worker, ...ready };
  }

  /** The thread's next message; undefined when it died or was cut off. */
  async function answerOf({ worker, thread: name }: Started, input: RenderInput): Promise<Answer | undefined> {
    const { signal } = underWay;
    const work = () => (name === null ? null : workedMs(name));
    const before = work();
    const hadTime = () => before === null || (work() ?? Infinity) - before >= CUT_OFF_MS;
    const cutOff = startTimer(CUT_OFF_MS, hadTime, () => underWay.abort());
    try {
      const answer = once(worker, 'message', { signal });
      worker.postMessage(input);
      const [given] = (await answer) as [Answer];
      return given;
    } catch {
      return undefined;
    } finally {
      cutOff.stop();
    }
  }

  async function end(): Promise<void> {
    const started = await thread?.catch(() => undefined);
    thread = undefined;
    await started?.worker.terminate();
  }

  return {
    async render(input) {
      if (isClosed) throw new ClosedError();
      underWay = new AbortController();
      const answer = await answerOf(await (thread ??= start()), input);
      if (answer === undefined) await end();
      if (isClosed) throw new ClosedError();
      if (answer && 'fault' in answer) throw new Error(`an email could not be rendered: ${answer.fault}`);
      return answer ?? null;
    },
    async close() {
      isClosed = true;
      underWay.abort();
      await end();
    },
  };
}

class ClosedError extends Error {
  constructor() {
    super('rendering has been closed');
  }
}

interface Started extends Ready {
  worker: Worker;
}

/**
 * A timer that comes much too late says that the whole process slept or was busy, and one of a thread that had not `had` its
 * time that others had it: it gets its time anew.
 */
function startTimer(ms: number, had: () => boolean, ring: () => void) {
  let timer: NodeJS.Timeout;
  let times = 0;
  const arm = () => {
    const startedAt = performance.now();
    timer = setTimeout(() => {
      if (performance.now() - startedAt > 2 * ms || (!had() && ++times < MAX_CUT_OFFS)) arm();
      // An answer that has come meanwhile is read first.
      else void nextTurn().then(ring);
    }, ms);
  };
  arm();
  return { stop: () => clearTimeout(timer) };
}
