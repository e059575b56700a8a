/**
 * An SMTP server that takes every mail and keeps none. Prints its port; on SIGUSR2 how many mails have come, the
 * milliseconds from the first one's arrival to the last one's, and the last one whole.
 */
import { startMailServer } from '../../mail-server';
import type { SinkReport } from '../mail-rate';

let report: SinkReport = { count: 0, ms: 0, last: '' };
let firstAt = 0;

async function main(): Promise<void> {
  const { url } = await startMailServer({
    onMail({ raw }) {
      const now = performance.now();
      if (report.count === 0) firstAt = now;
      report = { count: report.count + 1, ms: now - firstAt, last: raw };
      return 'accept';
    },
  });
  process.on('SIGUSR2', () => console.log(JSON.stringify(report)));
  console.log(JSON.stringify({ port: Number(new URL(url).port) }));
}

void main();
