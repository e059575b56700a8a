/** Postfix, SendGrid and others say `queued as <id>`, Amazon SES `Ok <id>`, Exim `OK id=<id>`. */
const FORMS = [/\bqueued as:?\s+["<]?([\w.@+=-]{6,200})/i, /\bok:?\s+(?:id=)?["<]?([\w.@+=-]{12,200})/i];

/** The id by which the mail server took an email, from its answer `250 …`; null where it says none. */
export function readRemoteId(answer: string | undefined): string | null {
  const found = FORMS.map((form) => form.exec(answer ?? '')?.[1]).find((id) => id !== undefined);
  return found ?? null;
}
