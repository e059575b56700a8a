/** Many marketing mails at once, against the pool that Tillpost itself sends with. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ENGINES, type Bench, type Engine } from './bench';
import { againstOld, nameOf } from './contenders';
import { compare, rate, type Figure } from './figure';
import { load, prepareLoad, startProcess, type ServerProcess } from './processes';
import { accountsOf, programsOf, startTillpost, type Program } from './programs';
import { byRound, inRounds } from './rounds';

export interface SinkReport {
  count: number;
  ms: number;
  last: string;
}

interface Sender {
  name: string;
  /** Answers mails a second; `sink` has taken none before. */
  send(sink: Sink): Promise<number>;
}

const MAILS = 10_000;
const WARM_UP = 500;
const POLL_MS = 20;
const BARE = 'nodemailer’s pool, nothing stored';

/** From the first event's request until the last mail has arrived; nodemailer from its first mail's arrival. */
export async function measureMailRate(bench: Bench): Promise<Figure[]> {
  const mail = join(bench.folder, 'mail.eml');
  const programs = programsOf(bench.options);
  const senders: Sender[] = [
    ...ENGINES.flatMap((engine) => programs.map((program) => tillpost(bench, engine, program, mail))),
    { name: BARE, send: (sink) => sendBare(sink, bench.size(MAILS), mail) },
  ];
  // Backwards in the second round, but the bare pool needs a mail of Tillpost's to send.
  const results = await inRounds(bench, senders, async ({ send }) => {
    const sink = await startSink();
    const perSecond = await send(sink);
    await sink.stop();
    return perSecond;
  });
  const rates = byRound(results, (perSecond) => perSecond);
  const count = bench.size(MAILS).toLocaleString('en');
  return [
    ...senders.map(({ name }) => ({
      name: `${count} mails: ${name}`,
      value: rate(rates(name)),
      ...(name === BARE ? {} : compare(rates(name), rates(BARE), 'the bare pool; from event to mail')),
    })),
    ...againstOld(bench, 'mails a second', rates),
  ];
}

type Sink = Awaited<ReturnType<typeof startSink>>;

async function startSink() {
  const server = await startProcess('servers/mail-sink.ts', []);
  const report = () => server.report() as unknown as Promise<SinkReport>;
  return {
    url: `smtp://127.0.0.1:${server.hello.port}`,
    async until(count: number): Promise<SinkReport> {
      let latest = await report();
      for (; latest.count < count; latest = await report()) await wait(POLL_MS);
      return latest;
    },
    stop: server.stop,
  };
}

function tillpost(bench: Bench, engine: Engine, program: Program, file: string): Sender {
  const { accounts, connections } = bench.options;
  const mails = bench.size(MAILS);
  const loadOf = (server: ServerProcess, key: string, requests: number) => ({
    port: server.hello.port,
    requests,
    connections,
    key,
    kind: 'customer.created' as const,
    accounts: accountsOf(accounts),
  });
  return {
    name: nameOf(program, engine),
    async send(sink) {
      const url = await bench.newDatabase(engine);
      const server = await startTillpost(
        url,
        { mode: 'worker', accounts, smtpUrl: sink.url, mail: 'marketing' },
        program,
      );
      const warm = bench.size(WARM_UP);
      await load(loadOf(server, 'warm', warm));
      await sink.until(warm);
      const send = await prepareLoad(loadOf(server, 'run', mails));
      const started = performance.now();
      await send();
      const { last } = await sink.until(warm + mails);
      const seconds = (performance.now() - started) / 1e3;
      writeFileSync(file, last);
      await server.stop();
      await bench.dropDatabase(url);
      return mails / seconds;
    },
  };
}

async function sendBare(sink: Sink, count: number, mail: string): Promise<number> {
  const { child } = await startProcess('servers/bare-mailer.ts', [sink.url, String(count), mail]);
  if (child.exitCode === null) await once(child, 'exit');
  const { ms } = await sink.until(count);
  return count / (ms / 1e3);
}
