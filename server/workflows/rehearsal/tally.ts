/** What came of a rehearsal: counted, with the last examples, and summed up over its shares. Pure. */
import type { Rehearsal, Rehearsed } from '../../../shared/api';
import type { EmailStep } from '../../../shared/workflow';
import { isoTime } from '../../db/columns';
import type { Row } from '../../db/schema';
import { previewSubject } from '../../emails/render';
import type { DueEmail } from '../walk';

/** Addresses are read at the end, of those who are shown. */
type Played = Omit<Rehearsed, 'address'>;
export type Summary = Omit<Rehearsal, 'sample'> & { sample: Played[] };

/** What came of one share of the log. */
export interface Tally {
  wouldStart: number;
  wouldSend: number;
  /** How many, by reason. */
  stopped: Map<string, number>;
  /** The last of what would go, and of the rest. */
  samples: Record<'sent' | 'others', Played[]>;
}

/** Its subject is filled in only where it is shown. */
interface Sample extends Omit<Played, 'at' | 'subject'> {
  at: number;
  mail: { step: EmailStep; said: DueEmail['said'] } | null;
}

const viewSample = ({ mail, at, contact, event, step, verdict, outcome }: Sample): Played => ({
  contact,
  at: isoTime(at),
  event,
  step,
  subject: mail && previewSubject(mail.step.email.subject, mail.said),
  verdict,
  outcome,
});

/** Each fits a screen, and both what goes and what doesn't is to be seen. */
const SAMPLE = 50;

export function createTally() {
  const stopped = new Map<string, number>();
  const samples = { sent: [] as Sample[], others: [] as Sample[] };
  let wouldStart = 0;
  let wouldSend = 0;

  function show(
    one: Pick<Sample, 'mail' | 'step' | 'verdict' | 'outcome'>,
    run: Pick<Row<'run'>, 'contact_id' | 'event_id'>,
    at: number,
  ): void {
    const isSent = one.verdict === 'would_send';
    if (isSent) wouldSend++;
    const list = isSent ? samples.sent : samples.others;
    list.push({ contact: run.contact_id, at, event: run.event_id, ...one });
    if (list.length > SAMPLE) list.shift();
  }

  return {
    countStart: (): void => void wouldStart++,
    countStopped: (reason: string): void => void stopped.set(reason, (stopped.get(reason) ?? 0) + 1),
    /** What would be sent is counted by it. `at` in epoch milliseconds. */
    show,
    read: (): Tally => ({
      wouldStart,
      wouldSend,
      stopped,
      samples: { sent: samples.sent.map(viewSample), others: samples.others.map(viewSample) },
    }),
  };
}

export function sumUp(tallies: readonly Tally[]): Summary {
  const stopped = new Map<string, number>();
  for (const tally of tallies)
    for (const [reason, count] of tally.stopped) stopped.set(reason, (stopped.get(reason) ?? 0) + count);
  const inOrder = (kind: keyof Tally['samples']) => tallies.flatMap(({ samples }) => samples[kind]).sort(byTime);
  const sent = inOrder('sent');
  const kept = inOrder('others').slice(-Math.max(SAMPLE / 2, SAMPLE - sent.length));
  return {
    object: 'rehearsal',
    would_start: tallies.reduce((sum, { wouldStart }) => sum + wouldStart, 0),
    would_send: tallies.reduce((sum, { wouldSend }) => sum + wouldSend, 0),
    stopped: Object.fromEntries([...stopped].sort(([, a], [, b]) => b - a)),
    sample: [...kept, ...sent.slice(kept.length - SAMPLE)].sort((a, b) => byTime(b, a)),
  };
}

/** Those of one contact are of one share, in order. */
const byTime = (a: Played, b: Played): number => compare(a.at, b.at) || compare(a.contact, b.contact);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
