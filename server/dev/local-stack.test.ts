import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureAsMerchant, nameDatabase, startLocalStack, type LocalStack } from './local-stack';

const folder = mkdtempSync(join(tmpdir(), 'tillpost-demo-'));
afterAll(() => rmSync(folder, { recursive: true }));

const contactsOf = ({ running }: LocalStack) => running.ctx.db.selectFrom('contact').select('email').execute();

it('starts several times in the same moment, each on ports and with data of its own', async () => {
  const log = jest.spyOn(console, 'log').mockReturnValue();
  const start = () => startLocalStack({ folder: join(folder, 'demo') });
  const stacks = await Promise.all([start(), start(), start()]);
  for (const read of [(it: LocalStack) => it.url, (it: LocalStack) => it.stripeUrl, (it: LocalStack) => it.folder])
    expect(new Set(stacks.map(read)).size).toBe(stacks.length);
  for (const [i, stack] of stacks.entries()) {
    await configureAsMerchant(stack);
    await stack.localStripe.trigger('customer.created', { email: `only.${i}@example.com` });
    while ((await contactsOf(stack)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const [i, stack] of stacks.entries()) {
    expect(await contactsOf(stack)).toEqual([{ email: `only.${i}@example.com` }]);
    expect(existsSync(join(stack.folder!, 'tillpost.db'))).toBe(true);
    await stack.stop();
  }
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/^Port 4242 is taken, so \d+ is used instead \(set PORT to /));
  log.mockRestore();
});

it('uses the database and the forwarding target that the environment names, and makes no folder of its own', async () => {
  const log = jest.spyOn(console, 'log').mockReturnValue();
  const before = { ...process.env };
  const file = join(folder, 'named.db');
  Object.assign(process.env, { DATABASE_URL: `sqlite:${file}`, LOOPS_API_BASE: 'http://127.0.0.1:1/api' });
  try {
    const stack = await startLocalStack({ folder: join(folder, 'unused') });
    expect(stack.running.ctx.config.loopsApiBase).toBe('http://127.0.0.1:1/api');
    expect([stack.database, stack.folder]).toEqual([file, undefined]);
    expect(existsSync(file)).toBe(true);
    await stack.stop();
    expect(readdirSync(folder).filter((name) => name.startsWith('unused'))).toEqual([]);
  } finally {
    process.env = before;
    log.mockRestore();
  }
});

it('names a database without its user, password and options', () =>
  expect(nameDatabase('postgres://shop:secret@db.example:5432/till?password=secret')).toBe(
    'postgres://db.example:5432/till',
  ));
