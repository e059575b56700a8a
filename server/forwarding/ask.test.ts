import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createLog } from '../log';
import { carryOut } from './ask';
import { LOOPS } from './loops';
import { createRequestWindow } from './request-window';

const asking = (loopsApiBase: string) =>
  carryOut({ config: { loopsApiBase }, log: createLog('silent') } as Parameters<typeof carryOut>[0], LOOPS.check(), {
    destination: LOOPS,
    key: 'k',
    installKey: 'acct_1',
    window: createRequestWindow({ requests: 10, ms: 1_000 }),
    isOurs: () => Promise.resolve(true),
  });

it('what found no connection has not arrived, what broke off may have', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const later = { kind: 'later', outcome: 'Loops could not be reached and is asked again' };
  expect(await asking(base)).toEqual({ ...later, mayHaveArrived: true });
  await new Promise((resolve) => server.close(resolve));
  expect(await asking(base)).toEqual({ ...later, mayHaveArrived: false });
});
