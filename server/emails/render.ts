/** One email from its content and values: subject, preview text, HTML and plain text, or why it can't be made. Pure. */
import { AssertionError, LiquidError } from 'liquidjs';
import { createCache } from '../cache';
import type { EmailReason } from '../../shared/api';
import type { PropertyValue } from '../../shared/catalogue';
import type { DataValue } from '../../shared/transactional';
import type { EmailContent } from '../../shared/workflow';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { fillBody, fillLine, fillPlainLine, MAX_RENDER_MS, type Fill } from './liquid';
import { linesOf, OUR_LOOK, type Look } from '../settings/look';
import { withoutMarks } from './placeholders';
import { countTagWords, describeFault } from './parse-template';
import { renderLayout } from './render-layout';
import { renderMarkdown } from './render-markdown';
import { stylesFor } from './render-styles';

type Properties = Record<string, PropertyValue>;

export interface RenderInput {
  content: EmailContent;
  event: Properties;
  contact: Properties;
  /** What the event is about, as it is now; left out: as the event has it. */
  subject?: Properties;
  /** Of a transactional email: what stands in it by name. */
  data?: Record<string, DataValue>;
  /** `{{ pay_url }}`; left out or null: there is none. */
  payUrl?: string | null;
  /** `{{ sender.name }}`. */
  sender: { name: string | null };
  /** BCP 47, and an IANA time zone: how money and dates are written. */
  locale: string;
  timezone: string;
  /** Lines at the foot of marketing mail. */
  postalAddress: string | null;
  /** Null on transactional mail. */
  unsubscribeUrl: string | null;
  /** Left out: ours. */
  look?: Look;
}

export type Rendered =
  | { kind: 'rendered'; subject: string; html: string; text: string }
  | { kind: 'held'; subject: string; reason: EmailReason; outcome: string };

/** What an email's lines are filled in from. */
type LineInput = Omit<RenderInput, 'content' | 'postalAddress' | 'unsubscribeUrl' | 'look'>;

/** Of a subject that is filled in beside everything else, in a transaction: so that hundreds are no pause. */
const MAX_PREVIEW_WORDS = 100;
const isShort = createCache<string, boolean>(500);

/**
 * The subject as it would come out; as it is written where a value is missing, or the template is faulty, holds a loop or an
 * assignment, or much else.
 */
export function previewSubject(template: string, input: LineInput): string {
  if (!isShort.remember(template, () => countTagWords(template) <= MAX_PREVIEW_WORDS)) return template;
  try {
    return fill(fillPlainLine, template, input, timeLeft()).replace(/\s+/g, ' ').trim().slice(0, MAX_LINE_CHARACTERS);
  } catch (error) {
    if (error instanceof Held) return template;
    throw error;
  }
}

/** A body that grew beyond this is no email: Gmail cuts at 102 kB, loops know no bounds. */
const MAX_BODY_CHARACTERS = 200_000;
/** Short Markdown can make long HTML. */
const MAX_HTML_CHARACTERS = 500_000;
const MAX_LINE_CHARACTERS = 500;

class Held extends Error {
  constructor(
    message: string,
    readonly reason: EmailReason = 'missing_value',
  ) {
    super(message);
  }
}

export function renderEmail(input: RenderInput): Rendered {
  const { content, look = OUR_LOOK } = input;
  const left = timeLeft();
  try {
    const line = (template: string) =>
      fill(fillLine, template, input, left).replace(/\s+/g, ' ').trim().slice(0, MAX_LINE_CHARACTERS);
    const subject = line(content.subject);
    if (subject === '') throw new Held(EMAIL_REASONS.emptySubject);
    const source = fill(fillBody, withoutMarks(content.body), input, left);
    const previewText = line(content.preview_text);
    const body = renderMarkdown(source, MAX_HTML_CHARACTERS, stylesFor(look));
    if (!body) throw new Held(EMAIL_REASONS.htmlTooLong, 'over_budget');
    const postalAddress = content.kind === 'marketing' ? linesOf(input.postalAddress) : [];
    const footer = [...look.footer, ...postalAddress];
    const { locale, unsubscribeUrl } = input;
    const html = renderLayout({ locale, subject, previewText, bodyHtml: body.html, footer, unsubscribeUrl, look });
    return { kind: 'rendered', subject, html, text: withFooter(body.text, footer, unsubscribeUrl) };
  } catch (error) {
    if (error instanceof Held) {
      const { reason, message: outcome } = error;
      return { kind: 'held', subject: content.subject, reason, outcome };
    }
    throw error;
  }
}

/** Milliseconds left for all parts together. */
function timeLeft(): () => number {
  const endsAt = performance.now() + MAX_RENDER_MS;
  return () => Math.max(0, endsAt - performance.now());
}

function fill(
  into: Fill,
  template: string,
  { event, contact, subject = event, data = {}, payUrl = null, sender, locale, timezone }: LineInput,
  left: () => number,
): string {
  try {
    const scope = {
      ...data,
      event: present(event),
      contact: present(contact),
      subject: present(subject),
      sender: present(sender),
      ...present({ pay_url: payUrl }),
    };
    const text = into(template, scope, { locale, timezone }, left());
    if (text.length > MAX_BODY_CHARACTERS) throw new Held(EMAIL_REASONS.tooLong, 'over_budget');
    return text;
  } catch (error) {
    // A limit that is met between two templates comes as the bare assertion.
    if (error instanceof LiquidError || error instanceof AssertionError) throw heldBy(error);
    throw error;
  }
}

/** Empty is as good as missing: strict variables then name what isn't there. */
const present = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null && value !== ''));

function heldBy(error: LiquidError | AssertionError): Held {
  const missing = /undefined variable: ([^\s,]+)/.exec(error.message)?.[1];
  if (missing) return new Held(EMAIL_REASONS.noValue(missing));
  if (/limit exceeded/.test(error.message)) return new Held(EMAIL_REASONS.tooCostly, 'over_budget');
  return new Held(EMAIL_REASONS.faultyTemplate(describeFault(error)));
}

/** `-- ` begins what mail clients show as a signature (RFC 3676, section 4.3). */
function withFooter(text: string, footer: readonly string[], unsubscribeUrl: string | null): string {
  const lines = [...footer, ...(unsubscribeUrl ? [`Unsubscribe: ${unsubscribeUrl}`] : [])];
  return lines.length > 0 ? `${text}\n\n-- \n${lines.join('\n')}\n` : `${text}\n`;
}
