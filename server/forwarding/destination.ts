/**
 * What forwarding asks of a mail tool, as plain values: which requests one thing takes, one after the other, and what each
 * answer means. Who carries them out (ask.ts) and when (forward-queue.ts) is none of an adapter's business.
 */
import type { ContactView } from '../../shared/api';
import type { ContactPropertyType } from '../../shared/contact-properties';
import type { Property, PropertyValue, TriggerType } from '../../shared/catalogue';

export interface AskedRequest {
  method: 'GET' | 'POST' | 'PUT';
  /** Below the tool's base address, with its query. */
  path: string;
  body?: object;
  headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  status: number;
  /** In lower case. */
  headers: Readonly<Record<string, string>>;
  /** At most some kilobytes. */
  text: string;
}

/** Types of the properties that the tool is known to have, by name. */
export type KnownProperties = Readonly<Record<string, ContactPropertyType>>;

/** `outcome` is a sentence for the log. */
export type Verdict =
  | { kind: 'done'; outcome: string; known?: KnownProperties; teamName?: string }
  /** It may be taken later; `afterMs` where the tool says when. `mayHaveArrived`: it may have been taken without our learning so. */
  | { kind: 'later'; outcome: string; afterMs?: number; mayHaveArrived: boolean }
  /** For good. */
  | { kind: 'refused'; outcome: string }
  /** The key, rather than what was sent. */
  | { kind: 'key_refused'; outcome: string };

export interface Step {
  request: AskedRequest;
  next(answer: Answer): Step | Verdict;
}

export interface ForwardedContact {
  contact: ContactView;
  /** Types of the merchant's own properties. */
  types: KnownProperties;
  /** The address under which the tool knows it, where that has changed. */
  was?: string | undefined;
}

export interface ForwardedEvent {
  type: TriggerType;
  properties: Readonly<Record<string, PropertyValue>>;
  /** What is known of those. */
  catalogue: readonly Property[];
  /** The same each time it is sent. */
  key: string;
}

export interface Destination {
  /** As people know it. */
  name: string;
  /** How long an event that comes again is known by its key. */
  knowsEventsMs: number;
  /** Whether the key is taken, and whose it is. */
  check(): Step;
  /** Makes the contact, or brings it up to date. */
  saveContact(contact: ForwardedContact, known: KnownProperties): Step;
  deleteContact(email: string): Step;
  sendEvent(event: ForwardedEvent, contact: ContactView): Step;
}
