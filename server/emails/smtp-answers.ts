/**
 * What mail servers say when they refuse, as data. The first rule that fits an answer says what it is about; an answer that
 * no rule knows is about us, never about the mailbox.
 *
 * Sources: RFC 3463 and IANA's registry of enhanced status codes; RFC 7372 and 7505 for 7.20 to 7.27 and 1.10; Postfix
 * (access(5), postconf(5)), Exim (specification, ACLs), Sendmail and qmail by their own replies; Google, "Gmail SMTP errors
 * and codes"; Microsoft, "Non-delivery reports in Exchange Online" and Outlook.com's postmaster pages; Yahoo, "SMTP error
 * codes"; Amazon SES, "SMTP response codes" and "Email sending errors"; SendGrid, "SMTP errors"; Postmark, "Bounces";
 * Apple, "Postmaster information for iCloud Mail".
 */

/** What an answer is about. */
export type SmtpCause =
  /** The address: it takes no mail, now and later. */
  | 'mailbox'
  /** The mailbox is full or gets too much at once: it takes mail later. */
  | 'mailbox_busy'
  /** We send more than our account may, or faster. */
  | 'throttled'
  /** Who we say we are: the sender's address or domain, SPF, DKIM, DMARC, the name or address of the sending host. */
  | 'sender'
  /** How we come in: no login, no TLS, no right to relay. */
  | 'setup'
  /** Anything else that won't do, such as content, size or reputation. */
  | 'refused';

export interface AnswerRule {
  cause: SmtpCause;
  /** The enhanced status code must be one of these, without its class: `1.1` for 5.1.1. Null: there is none. */
  status?: readonly (string | null)[];
  /** The answer must say this; addresses and links are taken out of it before. */
  says?: RegExp;
}

/** The basic codes that speak of login and order whatever else the answer says (RFC 4954, 5321). */
export const SETUP_CODES: readonly number[] = [502, 503, 504, 521, 523, 524, 525, 530, 534, 535, 538];

/** Statuses under which the words decide: none at all, "other" of each subject, and syntax. */
const UNSPECIFIC = [null, '0.0', '1.0', '1.3', '2.0', '3.0', '5.0'];

export const ANSWER_RULES: readonly AnswerRule[] = [
  // Size. RFC 3463; Postfix: "Message size exceeds fixed limit"; Exchange: 5.2.3 and 5.3.4; Gmail: "message exceeded size limits".
  { cause: 'refused', status: ['2.3', '3.4'] },
  {
    cause: 'refused',
    says: /(?:message|mail|attachment|header)s? .{0,40}\bsize|too (?:large|big)|(?<!mailbox )size limit/i,
  },

  // Login, TLS, relaying. IANA 7.3, 7.8 to 7.11, 7.13, 7.14; Exchange 5.7.57; Gmail 5.7.14 and 5.7.29.
  { cause: 'setup', status: ['5.1', '7.3', '7.8', '7.9', '7.10', '7.11', '7.13', '7.14', '7.29', '7.57'] },
  // Postfix, Exim, Sendmail, Exchange, Gmail: "Relay access denied", "relay not permitted", "Unable to relay", "Mail relay denied".
  { cause: 'setup', says: /\brelay(?:ing)? (?:access|not|is not|denied|prohibited|disallowed)/i },
  { cause: 'setup', says: /(?:unable|attempt\w*|not|cannot|credentials for) (?:to )?relay\b/i },
  // qmail: "sorry, that domain isn't in my list of allowed rcpthosts".
  { cause: 'setup', says: /allowed rcpthosts/i },
  // Postfix: "Client host rejected: Access denied" (not "blocked using", which is reputation).
  { cause: 'setup', says: /client host rejected(?!.*(?:hostname|reverse))/i },
  // SendGrid, Postmark, SES, Gmail: "Authentication required", "not authenticated", "Must issue a STARTTLS command first".
  {
    cause: 'setup',
    says: /\bauthentication (?:is )?(?:required|needed|failed)|not (?:authenticated|logged)|log ?in first/i,
  },
  { cause: 'setup', says: /must (?:authenticate|issue)|starttls|TLS (?:is )?required/i },

  // The recipient gets too much. Gmail 5.2.1 and 4.2.1; Exchange 5.2.121 and 5.2.122.
  { cause: 'mailbox_busy', status: ['2.121', '2.122'] },
  { cause: 'mailbox_busy', says: /(?:contact|recipient) is receiving mail/i },

  // Our own quota or pace. Exchange 5.1.90, 5.7.705; Gmail 5.4.5 and 5.7.28.
  { cause: 'throttled', status: ['1.90', '4.5', '7.28', '7.705'] },
  // Exchange: "SubmissionQuotaExceededException", "RecipientLimitExceeded"; SES: "Throttling failure: Maximum sending rate exceeded".
  { cause: 'throttled', says: /submission\s?quota|sending (?:rate|limit|quota)|send limit|throttl|rate.?limit/i },
  // cPanel's Exim: "Domain x has exceeded the max emails per hour"; Exim: "User has exceeded outgoing email quota".
  {
    cause: 'throttled',
    says: /(?:outgoing|outbound|daily|hourly|per (?:day|hour|minute|second)).{0,60}(?:limit|quota|exceeded)/i,
  },
  {
    cause: 'throttled',
    says: /exceed\w* .{0,60}(?:outgoing|outbound|daily|hourly|per (?:day|hour|minute|second)|defers)/i,
  },
  // SES: "Daily message quota exceeded"; SendGrid: "Maximum credits exceeded"; Gmail: "Peak SMTP relay limit exceeded".
  { cause: 'throttled', says: /message quota|credits? exceeded|relay .{0,20}(?:limit|quota)|reached .{0,40}limit/i },
  // Postfix (anvil): "Too many mails"; Gmail: "unusual rate of unsolicited mail"; Yahoo: "excessive", Exim: "sending too fast".
  {
    cause: 'throttled',
    says: /too many (?:messages|e?-?mails|connections|sessions|requests|recipients)|unusual rate/i,
  },
  { cause: 'throttled', says: /(?:sending|mail|messages) .{0,20}too (?:fast|quickly|often|frequently)|slow down/i },

  // The mailbox is full. RFC 3463; RFC 5321's 552; Gmail: "over quota"; Exchange: "QuotaExceeded"; Dovecot: "Quota exceeded".
  { cause: 'mailbox_busy', status: ['2.2'] },
  {
    cause: 'mailbox_busy',
    says: /(?:mailbox|inbox|account|storage|recipient\w*|user) .{0,30}\bfull\b|over.?quota|quota.?exceeded/i,
  },
  { cause: 'mailbox_busy', says: /exceed\w* .{0,30}(?:storage|quota|mailbox)|insufficient .{0,20}storage/i },

  // The sender. RFC 3463 1.7 and 1.8, IANA 1.9; RFC 7372 7.20 to 7.26, RFC 7505 7.27; Gmail 5.7.25 to 5.7.40.
  { cause: 'sender', status: ['1.7', '1.8', '1.9', '7.20', '7.21', '7.22', '7.23', '7.24', '7.25', '7.26', '7.27'] },
  { cause: 'sender', status: ['7.30', '7.31', '7.32', '7.40'] },
  // Exchange: 5.2.252 SendAsDenied, 5.7.60 "does not have permissions to send as this sender", 5.7.509 DMARC, 5.7.515 Outlook.com.
  { cause: 'sender', status: ['2.252', '7.60', '7.509', '7.515'] },
  // Postfix: "Sender address rejected"; Exim: "Sender verify failed", "Callback setup failed"; Sendmail: "Domain of sender address".
  { cause: 'sender', says: /\bsender\b|send\s?as\s?denied|call-?(?:back|out)\b|not owned by/i },
  { cause: 'sender', says: /(?:mail|envelope)[- ]from\b|\bfrom (?:address|domain|header)|(?:return|reverse)[- ]path/i },
  // SES: "Email address is not verified. The following identities failed the check"; SendGrid: "verified Sender Identity".
  { cause: 'sender', says: /\bnot verified|identit(?:y|ies) failed|unauthenticated/i },
  { cause: 'sender', says: /\bSPF\b|\bDKIM\b|\bDMARC\b|sender policy/i },
  // Postfix: "Helo command rejected", "cannot find your reverse hostname"; GMX: "invalid DNS MX or A/AAAA resource record".
  {
    cause: 'sender',
    says: /\b[HE][EH]LO\b|reverse[- ](?:DNS|lookup|host\w*|mapping)|\brDNS\b|\bPTR\b|find your|resource record/i,
  },

  // Reputation, content, policy: whatever a mailbox is called in such an answer, it is we who are refused.
  {
    cause: 'refused',
    says: /reputation|black.?list|block.?list|deny.?list|block|banned|spam|unsolicited|virus|malware|phish/i,
  },
  {
    cause: 'refused',
    says: /polic(?:y|ies)|access denied|denied by|prohibited|not authori[sz]ed|not (?:allowed|accepted) from|abuse/i,
  },
  { cause: 'refused', says: /\byour (?:account|ip|domain|server|host|network)\b/i },

  // The mailbox. RFC 3463; 1.6: it has moved away; 1.10: RFC 7505 and Exchange's RecipientNotFound; 2.1: disabled.
  { cause: 'mailbox', status: ['1.1', '1.2', '1.6', '1.10', '2.1'] },
  // Postfix, Sendmail, Exim: "User unknown in local recipient table", "Unknown user", "Unrouteable address".
  { cause: 'mailbox', status: UNSPECIFIC, says: /user unknown|unrouteable address/i },
  {
    cause: 'mailbox',
    status: UNSPECIFIC,
    says: /unknown (?:user|recipient|mailbox|account|alias|addressee|local[- ]part|or illegal)/i,
  },
  { cause: 'mailbox', status: UNSPECIFIC, says: /no such (?:user|recipient|mailbox|account|address|person|alias)/i },
  // qmail: "sorry, no mailbox here by that name"; Exim's routers: "invalid mailbox"; SendGrid: "Invalid recipient".
  { cause: 'mailbox', status: UNSPECIFIC, says: /no mailbox (?:here )?by that name|mailbox not found/i },
  { cause: 'mailbox', status: UNSPECIFIC, says: /(?:invalid|not a valid) (?:recipient|mailbox|user)\b/i },
  // Exchange: "RESOLVER.ADR.RecipientNotFound"; Outlook.com adds its own number to RFC 5321's vague words.
  { cause: 'mailbox', status: UNSPECIFIC, says: /recipient\s?not\s?found|mailbox unavailable \(S\d+\)/i },
  // Gmail: "The email account that you tried to reach does not exist", "is disabled", "is inactive"; iCloud: "user does not exist".
  { cause: 'mailbox', status: UNSPECIFIC, says: /tried to reach (?:does not exist|is (?:disabled|inactive))/i },
  {
    cause: 'mailbox',
    status: UNSPECIFIC,
    says: /(?:user|recipient|mailbox|account|address|alias) (?:does ?n[o']t|does not|no longer) exists?\b/i,
  },
  // Yahoo and AOL: "This user doesn't have a yahoo.com account", "Not a valid recipient", "This mailbox is disabled".
  { cause: 'mailbox', status: UNSPECIFIC, says: /doesn.?t have an? \S+ account|mailbox is disabled/i },
];
