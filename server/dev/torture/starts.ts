/** Starts that are killed in their first migration, and a second process on a database that is one process's own. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../free-port';
import type { Stage } from './stage';
import { createProcess, isAlive, spawnTillpost } from './tillpost-process';
import type { Trouble } from './troubles';

const DATABASES = 2;
const KILLS = 3;
const LOOK_EVERY_MS = 5;
/** As long as a start waits for the process before, and as long as starting takes on a busy machine. */
const REFUSES_WITHIN_MS = 180_000;

/** Each database is new, and begun with again and again until a start is let through. */
export const killedMigrations: Trouble = async (stage, toll) => {
  const usual = await startOn(stage, await stage.engine.newDatabase());
  let early = 0;
  for (let n = 0; n < DATABASES; n++) {
    const database = await stage.engine.newDatabase();
    for (let kills = 0; kills < KILLS; kills++)
      if (await killWithin(stage, database, stage.dice.between(0, usual))) early++;
    await startOn(stage, database).catch((error: unknown) =>
      toll.violations.push({ rule: 'a start that was killed is finished by the next', ids: [String(error)] }),
    );
  }
  return `${DATABASES * KILLS} starts killed on new databases, ${early} before they were ready`;
};

type NewDatabase = Awaited<ReturnType<Stage['engine']['newDatabase']>>;

const envOn = async ({ env }: Stage, { url }: NewDatabase) => ({
  ...env,
  DATABASE_URL: url,
  PORT: String(await freePort()),
});

/** Milliseconds from its first touch of the database until it is ready; it is stopped then. Throws when it never is. */
async function startOn(stage: Stage, database: NewDatabase): Promise<number> {
  const env = await envOn(stage, database);
  const one = createProcess(Number(env.PORT), env);
  const ready = one.start();
  let isReady = false;
  const done = ready.finally(() => (isReady = true)).catch(() => undefined);
  while (!isReady && !(await database.isOpened())) await wait(LOOK_EVERY_MS);
  const openedAt = performance.now();
  await done;
  const took = performance.now() - openedAt;
  await one.stop();
  await ready;
  return Math.round(took);
}

/** Whether it wasn't ready by then. */
async function killWithin(stage: Stage, database: NewDatabase, ms: number): Promise<boolean> {
  const env = await envOn(stage, database);
  const child = spawnTillpost(env);
  const ended = once(child, 'exit');
  while (isAlive(child) && !(await database.isOpened())) await wait(LOOK_EVERY_MS);
  await wait(ms);
  const answer = await fetch(`http://127.0.0.1:${env.PORT}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(
    () => undefined,
  );
  child.kill('SIGKILL');
  await ended;
  return answer?.status !== 200;
}

const ONE_PROCESS = 'a second process on one SQLite file does not start';

/** It may neither answer nor send anything; what was sent twice is seen at the round's end. */
export const secondProcess: Trouble = async ({ env, processes }, toll) => {
  const port = String(await freePort());
  const child = spawnTillpost({ ...env, PORT: port });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const startedAt = performance.now();
  let answers = 0;
  while (isAlive(child) && performance.now() - startedAt < REFUSES_WITHIN_MS) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.status === 200) answers++;
    await wait(100);
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const hasRefused = child.exitCode === 1 && output.includes('only one process may work on a SQLite file');
  child.kill('SIGKILL');
  if (!hasRefused) toll.violations.push({ rule: ONE_PROCESS, ids: [`after ${seconds} s: ${output.slice(-500)}`] });
  if (answers > 0) toll.violations.push({ rule: ONE_PROCESS, ids: [`it was ready ${answers} times`] });
  if (!processes.every((one) => one.isUp()))
    toll.violations.push({ rule: ONE_PROCESS, ids: ['the first one is no longer up'] });
  return `a second process refused after ${seconds} s`;
};
