import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret, signatureHeaders } from './signature';

const DOCS = readFileSync(join(__dirname, '../../docs/webhooks.md'), 'utf8');
const [, COMMANDS = ''] = /```sh\n(.*?)```/s.exec(DOCS) ?? [];

const now = Date.now();
const BODY = '{"type":"webhook.test","data":{"name":"Zoë"}}';

it('signs as the commands of docs/webhooks.md do', () => {
  const secret = newSecret();
  const headers = signatureHeaders({ id: 'msg_1', body: BODY }, [secret], now);
  const env = { ID: 'msg_1', TIMESTAMP: headers['webhook-timestamp'], BODY, SECRET: secret, PATH: process.env.PATH };
  expect(execFileSync('bash', ['-c', COMMANDS], { env, encoding: 'utf8' }).trim()).toBe(headers['webhook-signature']);
});
