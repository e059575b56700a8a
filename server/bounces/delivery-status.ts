/** Delivery status notifications, which mail servers send back to the return path (RFC 3464). */
import { simpleParser, type ParsedMail } from 'mailparser';
import type { Context } from '../context';
import type { Report } from '../emails/reports';
import { EMAIL_HEADER, readEmailToken } from '../emails/email-token';
import { classifySmtpError } from '../emails/smtp-error';

/** In the return path that it came to, or in the headers of the email that it gives back; each proves itself. */
const TOKENS = new RegExp(`(?:\\+|^${EMAIL_HEADER}:[ \\t]*)([0-9a-f]{48})(?![0-9a-f])`, 'gim');
const MOST_TOKENS = 20;

/** Undefined for all other mail, and for notifications about what isn't ours. `source` is the whole message. */
export async function readDeliveryStatus(ctx: Pick<Context, 'vault'>, source: Buffer): Promise<Report | undefined> {
  const token = findToken(ctx, source.toString('latin1'));
  if (token === undefined) return undefined;
  const mail = await simpleParser(source, { keepDeliveryStatus: true, skipHtmlToText: true, skipTextToHtml: true });
  const status =
    isDeliveryReport(mail) && mail.attachments.find((part) => part.contentType === 'message/delivery-status');
  const recipient = status && readRecipient(status.content.toString('utf8'));
  return recipient ? { ...recipient, names: { token }, at: mail.date?.getTime() ?? NaN } : undefined;
}

function findToken(ctx: Pick<Context, 'vault'>, text: string): string | undefined {
  for (const [n, [, token = '']] of [...text.matchAll(TOKENS)].entries()) {
    if (n >= MOST_TOKENS) break;
    if (readEmailToken(ctx, token) !== undefined) return token;
  }
  return undefined;
}

function isDeliveryReport({ headers }: ParsedMail): boolean {
  const type = headers.get('content-type') as { value?: string; params?: Record<string, string> } | undefined;
  return type?.value === 'multipart/report' && type.params?.['report-type']?.toLowerCase() === 'delivery-status';
}

/** The first that failed or is late: each of our emails has one recipient. */
function readRecipient(content: string): Pick<Report, 'kind' | 'said'> | undefined {
  for (const block of content.replace(/\r\n?/g, '\n').split(/\n\s*\n/)) {
    const fields = readFields(block);
    const action = fields.get('action')?.toLowerCase();
    if (action !== 'failed' && action !== 'delayed') continue;
    const said = answerOf(fields.get('status') ?? '', fields.get('diagnostic-code') ?? '');
    return { kind: action === 'failed' && isAboutMailbox(said) ? 'hard' : 'soft', said };
  }
  return undefined;
}

function readFields(block: string): Map<string, string> {
  const lines = block.replace(/\n[ \t]+/g, ' ').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), (value ?? '').trim()] as const];
    }),
  );
}

/** As a mail server answers: `550 5.1.1 User unknown`. A status that only says "failed" (5.0.0) says nothing. */
function answerOf(statusField: string, diagnostic: string): string {
  const [status = ''] = /^[245]\.\d{1,3}\.\d{1,3}/.exec(statusField) ?? [];
  const words = diagnostic.replace(/^[\w-]+\s*;\s*/, '');
  const [, code = status.startsWith('4') ? '450' : '550', own, rest = ''] =
    /^(?:(\d{3})[ -]+)?(?:#?([245]\.\d{1,3}\.\d{1,3})\b)?\s*(.*)$/.exec(words) ?? [];
  const detail = [own, status].find((one) => one && !one.endsWith('.0.0'));
  return [code, detail, rest].filter(Boolean).join(' ');
}

/** By the rules for what a server says in the SMTP conversation: a relay that blocks us must not suppress an audience. */
const isAboutMailbox = (answer: string): boolean =>
  classifySmtpError({ responseCode: Number(answer.slice(0, 3)), command: 'RCPT TO', response: answer }).cause ===
  'mailbox';
