import { classifySmtpError } from './smtp-error';

const error = (command: string, response: string) => ({
  command,
  response,
  responseCode: Number(response.slice(0, 3)),
});

/** Replies as these servers give them, with the addresses changed: to which command, what, and what it is about. */
const RCPT = 'RCPT TO';
const DATA = 'DATA';
const MAIL = 'MAIL FROM';
const ANSWERS: Record<string, readonly [command: string, response: string][]> = {
  mailbox: [
    // Postfix
    [RCPT, '550 5.1.1 <jenny@example.com>: Recipient address rejected: User unknown in local recipient table'],
    [RCPT, '550 5.1.1 <jenny@example.com>: Recipient address rejected: User unknown in relay recipient table'],
    [RCPT, '550 <sender@example.com>: Recipient address rejected: User unknown in virtual mailbox table'],
    [RCPT, '550 5.1.2 <jenny@nowhere.example>: Recipient address rejected: Domain not found'],
    [
      RCPT,
      '556 5.1.10 <jenny@example.com>: Recipient address rejected: Domain example.com does not accept mail (nullMX)',
    ],
    [RCPT, '550 5.1.6 <jenny@example.com>: Recipient address rejected: User has moved'],
    // Exim
    [RCPT, '550 No such user here'],
    [RCPT, '550 Unrouteable address'],
    [RCPT, '550 Unknown user'],
    // Sendmail, qmail
    [RCPT, '550 5.1.1 <spam-trap@example.com>... User unknown'],
    [DATA, '554 sorry, no mailbox here by that name. (#5.1.1)'],
    // Exchange, Outlook.com
    [RCPT, '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient jenny@example.com not found by SMTP address lookup'],
    [RCPT, '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).'],
    [DATA, '550 5.1.1 User Unknown'],
    // Gmail
    [
      RCPT,
      "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550-5.1.1 unnecessary spaces. For more information, go to\n550 5.1.1  https://support.google.com/mail/?p=NoSuchUser af79cd1-us.113 - gsmtp",
    ],
    [
      RCPT,
      '550 5.2.1 The email account that you tried to reach is disabled. https://support.google.com/mail/?p=DisabledUser',
    ],
    [RCPT, '550 5.2.1 The email account that you tried to reach is inactive.'],
    // Yahoo, AOL
    [
      DATA,
      "554 delivery error: dd This user doesn't have a yahoo.com account (jenny@yahoo.com) [0] - mta4.mail.bf1.yahoo.com",
    ],
    [DATA, '554 delivery error: dd Not a valid recipient - mta1.mail.ne1.yahoo.com'],
    [DATA, '554 30 Sorry, your message to jenny@aol.com cannot be delivered. This mailbox is disabled (554.30).'],
    [RCPT, '552 1 Requested mail action aborted, mailbox not found'],
    // iCloud
    [RCPT, '550 5.1.1 <jenny@icloud.com>: user does not exist'],
    [RCPT, '550 5.1.1 unknown or illegal alias: jenny@me.com'],
    // Amazon SES, SendGrid, Postmark, as they pass a mailbox's answer on
    [RCPT, '550 5.1.1 Requested action not taken: mailbox unavailable'],
    [RCPT, '550 Invalid recipient jenny@example.com'],
    [RCPT, '550 5.1.1 Address does not exist'],
  ],
  mailbox_busy: [
    [DATA, '552 5.2.2 Mailbox full'],
    [
      RCPT,
      '552-5.2.2 The email account that you tried to reach is over quota. Please direct\n552 5.2.2 the recipient to https://support.google.com/mail/?p=OverQuotaPerm',
    ],
    [
      RCPT,
      '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded',
    ],
    [DATA, '552 Requested mail action aborted: exceeded storage allocation'],
    [
      RCPT,
      '550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.',
    ],
    [RCPT, '550 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour'],
  ],
  throttled: [
    [
      DATA,
      '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception',
    ],
    [RCPT, '550 User has exceeded outgoing email quota'],
    [RCPT, '550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to'],
    [DATA, '550 5.4.5 Daily SMTP relay sending limit exceeded for customer.'],
    [MAIL, '550 5.4.5 Daily user sending limit exceeded.'],
    [DATA, "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"],
    [DATA, '550 5.7.705 Access denied, tenant has exceeded threshold'],
    [RCPT, '550 Domain example.com has exceeded the max emails per hour (105/100 (105%)) allowed. Message discarded.'],
    [DATA, '554 Throttling failure: Maximum sending rate exceeded.'],
    [DATA, '554 Throttling failure: Daily message quota exceeded.'],
    [MAIL, '550 Maximum credits exceeded'],
    [RCPT, '550 5.7.1 Too many messages, slow down'],
  ],
  sender: [
    [RCPT, '550 5.1.8 <us@mail.example.com>: Sender address rejected: Domain not found'],
    [RCPT, '553 5.1.7 <us@mail.example.com>: Sender address rejected'],
    [RCPT, '550 5.1.8 Access denied, bad outbound sender AS(42004)'],
    [RCPT, '550 5.1.2 <us@mail.example.com>: Sender address rejected: Domain not found'],
    [RCPT, '553 5.7.1 <us@mail.example.com>: Sender address rejected: not owned by user shop'],
    [DATA, '554 5.2.252 SendAsDenied; shop@example.com not allowed to send as us@mail.example.com'],
    [DATA, '550 5.7.60 SMTP; Client does not have permissions to send as this sender'],
    [
      RCPT,
      '550-Verification failed for <us@mail.example.com>\n550-Called:   192.0.2.1\n550-Response: 550 5.1.1 No such user\n550 Sender verify failed',
    ],
    [RCPT, '550 Sender verify failed'],
    [RCPT, '550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)'],
    [RCPT, '550 Reverse DNS lookup failed for host 192.0.2.1'],
    [RCPT, '550 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]'],
    [RCPT, '550 Requested action not taken: mailbox unavailable\n550 invalid DNS MX or A/AAAA resource record'],
    [
      DATA,
      '550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.',
    ],
    [DATA, '550 5.7.25 The IP address sending this message does not have a PTR record setup'],
    [
      DATA,
      '550 5.7.515 Access denied, sending domain MAIL.EXAMPLE.COM does not meet the required authentication level',
    ],
    [
      DATA,
      '554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1',
    ],
    [
      DATA,
      '550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.',
    ],
    [MAIL, '550 5.1.8 Sender rejected'],
    [MAIL, '550 Requested action not taken'],
  ],
  setup: [
    [RCPT, '550 5.7.1 Relaying denied'],
    [RCPT, '554 5.7.1 <jenny@example.com>: Relay access denied'],
    [RCPT, '550 relay not permitted'],
    [RCPT, '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain'],
    [RCPT, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"],
    [RCPT, '554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied'],
    [RCPT, '530 Authentication required'],
    [MAIL, '530 5.7.0 Must issue a STARTTLS command first'],
    [MAIL, '530 5.7.57 Client not authenticated to send mail.'],
    [RCPT, '503 5.5.1 Need MAIL first'],
    ['AUTH PLAIN', '535 5.7.8 Bad credentials'],
    ['CONN', '554 5.7.1 Service unavailable; client blocked'],
    ['EHLO', '550 5.1.1 No such user'],
  ],
  refused: [
    [DATA, '552 5.2.3 Message size exceeds fixed maximum message size (10485760)'],
    [RCPT, '552 5.3.4 Message size exceeds fixed limit'],
    [DATA, '554 5.7.1 Message rejected as spam by Content Filtering.'],
    [RCPT, '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org'],
    [RCPT, '550 Your IP address 192.0.2.1 has a poor reputation'],
    [RCPT, '550 5.1.1 Mailbox protected: your message was blocked by our spam policy'],
    [RCPT, '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)'],
    [RCPT, '550 Requested action not taken: mailbox unavailable'],
    [RCPT, '553 Requested action not taken: mailbox name not allowed'],
    [DATA, '554 Transaction failed'],
    [RCPT, '550 5.7.1 User unknown'],
    [RCPT, '550 Administrative prohibition'],
    [DATA, '554 5.6.0 Invalid message content'],
    [RCPT, '550 Account disabled'],
  ],
  temporary: [
    [RCPT, '450 4.2.1 Greylisted'],
    [RCPT, '450 4.1.1 <jenny@example.com>: Recipient address rejected: User unknown'],
    [DATA, '421 4.7.0 Try again later, closing connection'],
    ['CONN', '421 Service not available'],
  ],
};

const rows = Object.entries(ANSWERS).flatMap(([cause, answers]) =>
  answers.map(([command, response]) => [cause, command, response] as const),
);

describe('what a mail server’s refusal is about', () => {
  it.each(rows)('%s: %s → %s', (cause, command, response) => {
    expect(classifySmtpError(error(command, response)).cause).toBe(cause);
  });

  it('is a mailbox only where the answer is to the recipient or the message', () => {
    for (const [, response] of ANSWERS.mailbox ?? [])
      for (const command of ['CONN', 'EHLO', 'AUTH LOGIN', 'MAIL FROM'])
        expect(classifySmtpError(error(command, response)).cause).not.toBe('mailbox');
  });

  it.each([
    [error('DATA', '454 Throttling failure: Maximum sending rate exceeded.'), true],
    [error('RCPT TO', '550 User has exceeded outgoing email quota'), true],
    [error('RCPT TO', '550 Sender verify failed'), true],
    [error('RCPT TO', '450 4.2.1 Greylisted'), false],
    [error('DATA', '552 5.2.2 Mailbox full'), false],
    [error('RCPT TO', '550 5.1.1 User unknown'), false],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), false],
  ])('%j slows the sender down: %s', (given, slows) => {
    expect(classifySmtpError(given).slowsDown).toBe(slows);
  });

  it('has a code for the log, which holds no address', () => {
    const unknown = classifySmtpError(error('RCPT TO', '550 5.1.1 <jenny@example.com> User unknown'));
    expect(unknown).toMatchObject({ code: '550', status: '5.1.1' });
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(classifySmtpError(refused)).toMatchObject({ cause: 'temporary', code: 'ECONNREFUSED', status: null });
    expect(classifySmtpError('gone').code).toBe('unknown');
  });

  it('is told in one short line without secrets', () => {
    const { message } = classifySmtpError(new Error(`smtp://user:hunter2@host\nfailed ${'x'.repeat(500)}`));
    expect(message).not.toMatch(/hunter2|\n/);
    expect(message.length).toBeLessThanOrEqual(300);
  });
});
