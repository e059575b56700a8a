/**
 * nodemailer's pool with as many connections as Tillpost has, and nothing stored. Arguments: SMTP URL, how many mails, a file
 * with the mail. Prints a line when it begins and ends when all are sent.
 */
import { readFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import { createTransport } from '../../../emails/transport';

const [smtpUrl = '', count, file = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  const { subject, html, text, from, headers } = await simpleParser(readFileSync(file));
  const list = headers.get('list') as { unsubscribe?: { url: string } } | undefined;
  const url = list?.unsubscribe?.url;
  const transport = createTransport(smtpUrl);
  console.log(JSON.stringify({ port: 0 }));
  const send = (i: number) =>
    transport.sendMail({
      from: from?.text,
      to: `customer${i}@example.com`,
      subject,
      html: html || '',
      text,
      headers: url
        ? { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
        : undefined,
    });
  await Promise.all(Array.from({ length: Number(count) }, (_, i) => send(i)));
  transport.close();
}

void main();
