/** A real Dovecot with one mailbox, on loopback, in a folder of its own. */
import { spawn } from 'node:child_process';
import { chownSync, chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { freePort } from './free-port';
import { closing } from './leftovers';

const DOVECOT = '/usr/sbin/dovecot';
/** CI must have it; elsewhere its tests are skipped. */
export const hasDovecot = existsSync(DOVECOT) || process.env.CI === 'true';

const PASSWORD = 'p@ss/word';
const NOBODY = 65_534;

export type ImapServer = Awaited<ReturnType<typeof startImapServer>>;

export async function startImapServer() {
  const folder = mkdtempSync(join(tmpdir(), 'dovecot-'));
  const isRoot = userInfo().uid === 0;
  const owner = isRoot ? { uid: NOBODY, gid: NOBODY } : userInfo();
  const port = await freePort();
  const mail = join(folder, 'mail');
  mkdirSync(mail);
  if (isRoot) chownSync(mail, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  const users = isRoot
    ? []
    : [
        `default_internal_user = ${userInfo().username}`,
        `default_login_user = ${userInfo().username}`,
        ...['anvil', 'stats'].map((name) => `service ${name} {\n  chroot =\n}`),
      ];
  const config = [
    `base_dir = ${folder}/run`,
    `log_path = ${folder}/log`,
    'protocols = imap',
    'listen = 127.0.0.1',
    'ssl = no',
    'disable_plaintext_auth = no',
    'first_valid_uid = 1',
    `mail_location = maildir:${mail}`,
    ...users,
    'passdb {\n  driver = static',
    `  args = password=${PASSWORD}\n}`,
    'userdb {\n  driver = static',
    `  args = uid=${owner.uid} gid=${owner.gid} home=${mail}\n}`,
    `service imap-login {\n  chroot =\n  inet_listener imap {\n    port = ${port}\n  }`,
    '  inet_listener imaps {\n    port = 0\n  }\n}',
  ].join('\n');
  writeFileSync(join(folder, 'dovecot.conf'), `${config}\n`);

  const start = () => spawn(DOVECOT, ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' });
  let server = start();
  await untilOpen(port);
  const stop = async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  };

  /** What a mail program does with the mailbox. */
  async function connected<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const auth = { user: 'bounces', pass: PASSWORD };
    const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth, logger: false });
    await client.connect();
    const lock = await client.getMailboxLock('INBOX');
    try {
      return await work(client);
    } finally {
      lock.release();
      await client.logout();
    }
  }

  return {
    url: `imap://bounces:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/INBOX`,
    stop,
    async startAgain() {
      server = start();
      await untilOpen(port);
    },
    append: (message: string) => connected((client) => client.append('INBOX', message.replace(/\r?\n/g, '\r\n'))),
    unread: () => connected(async (client) => (await client.search({ seen: false })) || []),
    close: closing(async () => {
      if (server.exitCode === null) await stop();
      rmSync(folder, { recursive: true, force: true });
    }),
  };
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await wait(50);
  }
  throw new Error('Dovecot did not start');
}
