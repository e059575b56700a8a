import { classifySmtpError } from './smtp-error';

const error = (command: string, response: string) => ({
  command,
  response,
  responseCode: Number(response.slice(0, 3)),
});

describe('an SMTP failure', () => {
  it.each([
    [error('RCPT TO', '550 5.1.1 User unknown'), 'recipient'],
    [error('RCPT TO', '550-5.1.1 The email account does not exist'), 'recipient'],
    [error('RCPT TO', '553 Mailbox name not allowed'), 'recipient'],
    [error('RCPT TO', '550 No such user'), 'recipient'],
    [error('DATA', '552 5.2.2 Mailbox full'), 'recipient'],
    [error('RCPT TO', '550 5.7.1 Relaying denied'), 'temporary'],
    [error('RCPT TO', '550 relay not permitted'), 'temporary'],
    [error('RCPT TO', '550 Sender verify failed'), 'temporary'],
    [error('RCPT TO', '550 Unrouteable address'), 'recipient'],
    [error('RCPT TO', '554 Service unavailable; Client host blocked'), 'temporary'],
    [error('RCPT TO', '503 5.5.1 Need MAIL first'), 'temporary'],
    [error('DATA', '554 Transaction failed'), 'temporary'],
    [error('DATA', '550 5.7.26 Unauthenticated sender'), 'temporary'],
    [error('MAIL FROM', '550 5.1.8 Sender rejected'), 'temporary'],
    [error('AUTH PLAIN', '535 5.7.8 Bad credentials'), 'temporary'],
    [error('RCPT TO', '450 4.2.1 Greylisted'), 'temporary'],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'temporary'],
  ])('%j is %s', (given, kind) => {
    expect(classifySmtpError(given).kind).toBe(kind);
  });

  it('has a code for the log, which holds no address', () => {
    expect(classifySmtpError(error('RCPT TO', '550 5.1.1 <jenny@example.com> User unknown')).code).toBe('550');
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(classifySmtpError(refused).code).toBe('ECONNREFUSED');
    expect(classifySmtpError('gone').code).toBe('unknown');
  });

  it('is told in one short line without secrets', () => {
    const { message } = classifySmtpError(new Error(`smtp://user:hunter2@host\nfailed ${'x'.repeat(500)}`));
    expect(message).not.toMatch(/hunter2|\n/);
    expect(message.length).toBeLessThanOrEqual(300);
  });
});
