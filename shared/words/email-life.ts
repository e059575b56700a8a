/** The life of an email, from its queue to what became of it, as a list of what happened: the same wherever emails show. */
import type { EmailView } from '../api';
import { EMAIL_REASONS } from './email-reasons';
import { explainEmail } from './explanations';
import { EMAIL_LABELS } from './fields';
import { EMAIL_FATE_LABELS, EMAIL_STATUS_WORDS, type Tone } from './statuses';

/** What only the server's own pages know besides. */
export interface EmailTraces {
  /** When it was last tried in vain, held, captured, kept back or failed. */
  decided_at: string | null;
  /** What the mail server said last before it took the email. */
  said: string | null;
  is_made: boolean;
  /** The email that it repeats, and the one that repeats it. */
  again_of: string | null;
  again: string | null;
}

export interface LifeEvent {
  label: string;
  tone: Tone;
  /** Null where it isn't kept. */
  at: string | null;
  /** A sentence that says more. */
  words: string | null;
}

const REPORTS = {
  delivered: { label: EMAIL_FATE_LABELS.delivered, tone: 'good' },
  bounced: { label: EMAIL_FATE_LABELS.bounced, tone: 'bad' },
  complained: { label: EMAIL_FATE_LABELS.complained, tone: 'bad' },
  clicked: { label: EMAIL_FATE_LABELS.clicked, tone: 'good' },
  pay_clicked: { label: EMAIL_LABELS.pay_clicked_at, tone: 'good' },
} as const;

/** The earliest first. */
export function lifeOf(email: EmailView, traces?: EmailTraces): LifeEvent[] {
  const { status, created_at, sent_at, attempts } = email;
  const words = explainEmail(email);
  const decidedAt = traces?.decided_at ?? null;
  const life: LifeEvent[] = [{ label: EMAIL_STATUS_WORDS.queued.label, tone: 'plain', at: created_at, words: null }];
  if (traces?.is_made && status !== 'captured') life.push({ label: 'Made', tone: 'plain', at: null, words: null });

  const isTried = status === 'queued' && email.reason === 'retrying';
  const failures = status === 'sent' ? attempts - 1 : isTried ? attempts : 0;
  if (failures > 0)
    life.push({
      label: `Tried ${failures === 1 ? 'once' : `${failures} times`} in vain`,
      tone: 'warn',
      at: isTried ? decidedAt : null,
      words: isTried ? words : (traces?.said?.replace(EMAIL_REASONS.willBeRetried(''), '') ?? null),
    });

  const reports = (Object.keys(REPORTS) as (keyof typeof REPORTS)[])
    .flatMap((report) => {
      const at = email[`${report}_at`];
      return at ? [{ ...REPORTS[report], at, words: null }] : [];
    })
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  if (status === 'sent') {
    life.push({ ...EMAIL_STATUS_WORDS.sent, at: sent_at, words: reports.length === 0 ? words : null });
    const last = reports.at(-1);
    life.push(...reports.map((report) => (report === last ? { ...report, words } : report)));
  } else if (status === 'queued') {
    if (!isTried && words) life.push({ label: 'Waits', tone: 'info', at: null, words });
  } else {
    life.push({ ...EMAIL_STATUS_WORDS[status], at: decidedAt, words });
    life.push(...reports);
  }
  return life;
}
