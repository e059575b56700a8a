import { ENGINES, type Bench } from './bench';
import type { Figure } from './figure';
import { startProcess } from './processes';

const EVENTS = 200_000;
const CUSTOMERS = 20_000;

const CASES = { mixed: 'one in five starts a run', each: 'each starts a run' };
export type CaseName = keyof typeof CASES;

export interface Took {
  seconds: number;
  /** Of the process with its threads, without PostgreSQL's own. */
  cpuSeconds: number;
  /** Of its event loop. */
  longestMs: number;
  wouldStart: number;
}

/** A workflow rehearsed over the events of 90 days: how long it takes, and how long all else waits for it. */
export async function measureRehearsal(bench: Bench): Promise<Figure[]> {
  const [events, customers] = [bench.size(EVENTS), bench.size(CUSTOMERS)];
  const figures: Figure[] = [];
  for (const engine of ENGINES)
    for (const [name, words] of Object.entries(CASES)) {
      const url = await bench.newDatabase(engine);
      const child = await startProcess<Took>('servers/rehearsal.ts', [url, name, `${events}`, `${customers}`]);
      const { seconds, cpuSeconds, longestMs, wouldStart } = child.hello;
      await child.stop();
      await bench.dropDatabase(url);
      figures.push({
        name: `${engine}: ${events.toLocaleString('en')} events, ${words}`,
        value: `${seconds.toFixed(1)} s`,
        note: `CPU ${cpuSeconds.toFixed(1)} s; longest pause ${longestMs.toFixed(0)} ms; ${wouldStart.toLocaleString('en')} runs`,
      });
    }
  return figures;
}
