import { join } from 'node:path';
import { ACCOUNT, load, SECRET, startProcess } from './processes';
import type { Figure } from './parts';

const EVENTS = 100_000;
const CONCURRENCY = 64;

/** Start to ready, and memory: idle, and after many events. */
export async function measureProcess(folder: string): Promise<Figure[]> {
  const server = await startProcess('servers/tillpost.ts', [
    `sqlite:${join(folder, 'process.db')}`,
    SECRET,
    ACCOUNT,
    'worker',
  ]);
  const idle = await server.report();
  await load(server.hello.port, { requests: EVENTS, concurrency: CONCURRENCY, key: 'memory' });
  let report = await server.report();
  while (!report.isDone) report = await server.report();
  await server.stop();
  return [
    {
      name: 'start to ready',
      value: `${Math.round(server.hello.readyMs ?? NaN)} ms`,
      note: 'context, migrations, listening; without loading the code',
    },
    { name: 'resident memory, idle', value: `${Math.round(idle.rssMb)} MB` },
    { name: `resident memory after ${EVENTS.toLocaleString('en')} events`, value: `${Math.round(report.rssMb)} MB` },
  ];
}
