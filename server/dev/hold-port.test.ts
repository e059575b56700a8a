import { createServer, type Server } from 'node:net';
import { holdPort } from './hold-port';
import { listen } from './listen';

const servers: Server[] = [];
const bind = (port: number) => {
  const server = createServer();
  servers.push(server);
  return listen(server, port);
};
afterEach(() => {
  delete process.env.SOME_PORT;
  for (const server of servers.splice(0)) server.close();
});

it('says in words that the port it was asked for is taken, and by which variable', async () => {
  const taken = await bind(0);
  process.env.SOME_PORT = String(taken);
  await expect(holdPort('SOME_PORT', 4, bind)).rejects.toThrow(
    `SOME_PORT=${taken}: this port is taken by another process. Stop that one, choose another port, or leave SOME_PORT out.`,
  );
});

it.each(['http', '99999', '-1', '4242 '])('says that %j is no port', async (asked) => {
  process.env.SOME_PORT = asked;
  await expect(holdPort('SOME_PORT', 4, bind)).rejects.toThrow(`SOME_PORT=${asked} is no port`);
});

it('takes another where nobody asked for one, and says so', async () => {
  const log = jest.spyOn(console, 'log').mockReturnValue();
  const taken = await bind(0);
  const held = await holdPort('SOME_PORT', taken, bind);
  expect(held).not.toBe(taken);
  expect(log).toHaveBeenCalledWith(`Port ${taken} is taken, so ${held} is used instead (set SOME_PORT to choose).`);
  log.mockRestore();
});
