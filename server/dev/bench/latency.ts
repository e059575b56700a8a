import type { Bench } from './bench';
import { againstOld, PEER, peer, tillposts } from './contenders';
import { compare, milliseconds, type Figure } from './figure';
import { load, type LoadResult } from './processes';
import { byRound, inRounds } from './rounds';

const PER_SECOND = 300;
const WARM_UP_SECONDS = 5;
const SECONDS = 20;
/** What `--quick` still needs for a p99. */
const LEAST_SECONDS = 2;

/** An open loop: requests come at their time whether or not earlier ones are answered. The worker does its work meanwhile. */
export async function measureLatency(bench: Bench): Promise<Figure[]> {
  const { accounts, connections } = bench.options;
  const contenders = [...tillposts(bench), peer];
  const results = await inRounds(bench, contenders, async (contender, round): Promise<LoadResult> => {
    const url = await bench.newDatabase(contender.engine);
    const server = await contender.start(url, accounts);
    const send = (key: string, seconds: number) =>
      load({
        port: server.hello.port,
        requests: PER_SECOND * seconds,
        connections,
        key: `${key}${round}`,
        kind: 'customer.created',
        perSecond: PER_SECOND,
      });
    await send('warm', bench.size(WARM_UP_SECONDS));
    const result = await send('run', Math.max(LEAST_SECONDS, bench.size(SECONDS)));
    await server.stop();
    await bench.dropDatabase(url);
    return result;
  });
  return (['p50', 'p99'] as const).flatMap((share) => {
    const times = byRound(results, (result) => result[share]);
    return [
      ...contenders.map(({ name }) => ({
        name: `${share}: ${name}`,
        value: milliseconds(times(name)),
        ...(name === PEER ? {} : compare(times(name), times(PEER), 'the peer; less is better')),
      })),
      ...againstOld(bench, share, times),
    ];
  });
}
