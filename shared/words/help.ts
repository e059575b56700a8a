/** What the console says of itself: words that are ours, and a page of help for each area. Hints show the same words. */
import { CONTACT_STATUS_WORDS, EMAIL_STATUS_WORDS, EVENT_STATUS_WORDS, RUN_STATUS_WORDS } from './statuses';

interface Term {
  name: string;
  /** One or two sentences, as a hint beside the word shows them. */
  meaning: string;
}

export const TERMS = {
  processed: {
    name: EVENT_STATUS_WORDS.processed.label,
    meaning: 'The event did its work: its contact was found or made, and the workflows it triggers have started.',
  },
  ignored: {
    name: EVENT_STATUS_WORDS.ignored.label,
    meaning: 'The event is switched off in the settings, or is of a type that isn’t used. Nothing was done about it.',
  },
  skipped: {
    name: EVENT_STATUS_WORDS.skipped.label,
    meaning: 'The event is on, but nothing could be done: often because nobody’s email address is on it.',
  },
  waiting: {
    name: EVENT_STATUS_WORDS.waiting.label,
    meaning: 'Stripe has to be asked first and could not be. It is tried again by itself, for three days.',
  },
  event_failed: {
    name: EVENT_STATUS_WORDS.failed.label,
    meaning: 'It was tried for three days in vain. Once the cause is gone, replay it.',
  },
  created: { name: 'Created', meaning: 'Nobody with that address was known, so a contact was made.' },
  matched: {
    name: 'Matched',
    meaning: 'The event is of a contact that was known already, and brought nothing new about them.',
  },
  updated: { name: 'Updated', meaning: 'The event is of a known contact, and changed their name, address or billing.' },
  linked: {
    name: 'Linked',
    meaning:
      'A contact with this address was known; this Stripe customer was linked to them, so that its later events find them.',
  },
  replay: {
    name: 'Replay',
    meaning:
      'Runs the event again under today’s settings. What was done stays done: no second contact, and no email goes out twice.',
  },
  subscribed: { name: CONTACT_STATUS_WORDS.subscribed.label, meaning: 'Gets marketing and transactional email.' },
  transactional_only: {
    name: CONTACT_STATUS_WORDS.transactional_only.label,
    meaning: 'Gets receipts, reminders and notices, and no marketing until they opt in.',
  },
  unsubscribed: {
    name: CONTACT_STATUS_WORDS.unsubscribed.label,
    meaning: 'Has left: gets no marketing email. Receipts and reminders still go out.',
  },
  suppressed_address: {
    name: 'Suppressed address',
    meaning:
      'The address takes no mail: it bounced, or its owner reported an email as spam. Nothing is sent there until you allow it again.',
  },
  user_group: {
    name: 'User group',
    meaning: 'A word of yours on a contact, for conditions. An event or a workflow can set it, or you by hand.',
  },
  billing_contact: {
    name: 'Billing contact',
    meaning: 'An address beside a contact’s own that gets copies of its transactional emails, never marketing.',
  },
  run: { name: 'Run', meaning: 'One contact going through one workflow, step by step.' },
  draft: {
    name: 'Draft, active, paused',
    meaning:
      'Only an active workflow starts. Pausing one keeps its runs where they stand. A draft was never active, or holds the changes to one that wait to be published.',
  },
  only_while: {
    name: 'Only while',
    meaning:
      'Before each email Stripe’s newest state is looked at: who has paid meanwhile gets no reminder, and the run ends.',
  },
  condition: {
    name: 'Condition',
    meaning:
      'Asks the event, or the contact as it is now. Of a contact that was updated: what changed, what it was before, and what it became.',
  },
  frequency: {
    name: 'How often',
    meaning:
      '“Every time” starts a run with each event. “One at a time” waits until the run about the same invoice or subscription has ended, or that of the contact where the event is about neither. “Once per contact” starts only once, ever.',
  },
  exit_event: {
    name: 'Exit event',
    meaning:
      'Ends a run early when it comes: reminders stop as soon as the invoice is paid. One of a program goes by its name, and ends the contact’s runs.',
  },
  rehearsal: {
    name: 'Rehearsal',
    meaning: 'The workflow played over the events of the last days: who would have got what. Sends and writes nothing.',
  },
  left_early: {
    name: RUN_STATUS_WORDS.exited.label,
    meaning: 'An exit event came, or what the run was about was over.',
  },
  transactional: {
    name: 'Transactional',
    meaning: 'An email somebody needs: a receipt, a reminder, a notice. It goes to who has unsubscribed as well.',
  },
  marketing: {
    name: 'Marketing',
    meaning: 'Goes to subscribed contacts only, with an unsubscribe link and your postal address.',
  },
  queued: { name: EMAIL_STATUS_WORDS.queued.label, meaning: 'On its way: made and sent when its turn comes.' },
  captured: {
    name: EMAIL_STATUS_WORDS.captured.label,
    meaning:
      'Kept here to be read instead of being sent: no mail server is set up, or it is test mode and the address is no test address.',
  },
  held: {
    name: EMAIL_STATUS_WORDS.held.label,
    meaning:
      'Not sent, because a merge tag had no value and no fallback. Mend the template or the customer in Stripe, then try again; or discard it.',
  },
  suppressed: {
    name: EMAIL_STATUS_WORDS.suppressed.label,
    meaning:
      'Not sent, and it won’t be: the contact has left, the address takes no mail, what it says was no longer true, or somebody discarded it.',
  },
  email_failed: {
    name: EMAIL_STATUS_WORDS.failed.label,
    meaning: 'The mail server refused it, or it was given up after many tries. You can try it again by hand.',
  },
  delivered: {
    name: 'Sent and delivered',
    meaning:
      'Sent: the mail server took it. Delivered: your provider said that it arrived, which is known only where it reports.',
  },
  recovered: {
    name: 'Recovered',
    meaning: 'An invoice whose payment had failed, and that was paid since.',
  },
  held_out: {
    name: 'Held out',
    meaning:
      'An invoice that by chance gets no reminders, so that what reminders bring in can be measured. You choose the share in the settings.',
  },
  test_address: {
    name: 'Test address',
    meaning: 'In test mode only these get real email. Its owner has to confirm it first.',
  },
  endpoint: {
    name: 'Endpoint',
    meaning: 'The address of a program of yours that gets messages of what happens here. You choose which ones.',
  },
  delivery: {
    name: 'Delivery',
    meaning:
      'One message to one endpoint, with its body and what was answered. Its webhook-id stays when it goes again.',
  },
  signing_secret: {
    name: 'Signing secret',
    meaning:
      'With it your program checks that a message came from here and was not changed. It is shown once; for 24 hours after a new one was made, the one before signs as well.',
  },
  webhook_retries: {
    name: 'Tries',
    meaning:
      'Any 2xx within 10 seconds takes a message. Otherwise it is tried ten times over three days, later where the answer bears Retry-After, and can be sent again by hand after that. An endpoint that only failed for five days is turned off.',
  },
  gone: {
    name: '410 Gone',
    meaning: 'A program that answers 410 says that it wants no more: its endpoint is turned off at once.',
  },
  test_mode: {
    name: 'Test and live',
    meaning: 'Stripe’s two modes are kept apart here as there: contacts, events, workflows and settings of their own.',
  },
} as const satisfies Record<string, Term>;
export type TermKey = keyof typeof TERMS;

export const HELP_AREAS = ['overview', 'events', 'audience', 'workflows', 'emails', 'recovery', 'settings'] as const;
export type HelpArea = (typeof HELP_AREAS)[number];

export interface HelpPage {
  title: string;
  lead: string;
  /** Where the area is. */
  href: string;
  /** How to: a question and what to do. */
  tasks: readonly { title: string; steps: readonly string[]; page?: { label: string; href: string } }[];
  terms: readonly TermKey[];
}

export const HELP: Record<HelpArea, HelpPage> = {
  overview: {
    title: 'Overview',
    lead: 'The numbers that matter over the last days, each a link to exactly what it counts, and what needs you.',
    href: '/',
    tasks: [
      {
        title: 'See what changed',
        steps: [
          'Choose 7, 30 or 90 days: they are days of your time zone, today included.',
          'Rest the pointer on a bar to read its day. Press a number to open the list of what it counts.',
        ],
      },
      {
        title: 'Follow your monthly revenue',
        steps: [
          'It is the MRR of your contacts, each currency by itself, as their subscriptions stand now.',
          'Its past is noted once a day: before the first day there is nothing to show.',
        ],
      },
    ],
    terms: ['recovered', 'event_failed'],
  },
  events: {
    title: 'Events',
    lead: 'What Stripe and your programs told about your account and what followed from it, newest first, each with what became of it in a sentence.',
    href: '/events',
    tasks: [
      {
        title: 'Find out why somebody got an email, or none',
        steps: [
          'Type part of their address under Contact, and open the event.',
          'It links the runs it started and the emails that came of them. Each email says why it went, or why not.',
          'An ignored event is switched off: turn it on in the settings, then replay it.',
        ],
      },
      {
        title: 'Replay an event',
        steps: [
          'Open it and press Replay. It runs under today’s settings; what was done stays done.',
          'Tick the box to start workflows too that you activated after it.',
          'The page lists every replay: when it was, from where, and what came of it.',
        ],
      },
    ],
    terms: [
      ...(['processed', 'ignored', 'skipped', 'waiting', 'event_failed'] as const),
      ...(['created', 'matched', 'updated', 'linked', 'replay'] as const),
    ],
  },
  audience: {
    title: 'Audience',
    lead: 'A contact for everyone Stripe told about, and for those you add. One contact may have several Stripe customers.',
    href: '/audience',
    tasks: [
      {
        title: 'Find somebody',
        steps: [
          'Type parts of their name or address in any order; accents and capitals don’t matter.',
          'Or paste the id of a customer, subscription, invoice, checkout or quote from Stripe.',
        ],
      },
      {
        title: 'Bring in the customers you already have',
        steps: [
          'Go to Settings and press “Import customers”. It goes on in the background and can be done again.',
          'An import starts no workflow: nobody gets an email because of it.',
        ],
      },
      {
        title: 'Bring in people from a file',
        steps: [
          'Press “Import CSV”, choose a file or paste its lines, and say whether they agreed to marketing.',
          'Look at what would change, then press “Import now”. Nobody who unsubscribed is subscribed again, and no workflow starts.',
        ],
      },
      {
        title: 'Change many at once',
        steps: [
          'Filter the list or select rows, choose what to do above them, and press “Continue”.',
          'You are asked once more with their number. What you often filter by can be saved under a name.',
          'Workflows that start with changes of contacts don’t start with these.',
        ],
      },
      {
        title: 'Forget somebody',
        steps: [
          'Open the contact and press “Delete contact”. What their events and emails said goes with them.',
          'If they had unsubscribed, that stays known (as a keyed hash of the address) should they come back.',
        ],
      },
    ],
    terms: [
      ...(['subscribed', 'transactional_only', 'unsubscribed', 'suppressed_address'] as const),
      ...(['user_group', 'billing_contact'] as const),
    ],
  },
  workflows: {
    title: 'Workflows',
    lead: 'What is sent when something happens: a trigger, and the steps that follow.',
    href: '/workflows',
    tasks: [
      {
        title: 'Send the first email',
        steps: [
          'Press “New workflow” and use a template.',
          'Change its words, look at the preview, and send yourself a test.',
          'Rehearse it over the last days, then activate it. It starts with the next event.',
          'The event it starts with has to be on in the settings, with “Start workflows”.',
        ],
      },
      {
        title: 'Welcome whoever joins',
        steps: [
          'Press “New workflow” and use “New contact” or “Mailing list welcome”.',
          'The conditions say who is meant: by which list, or who added them. Change the words, and look at the preview.',
          'It starts with who is added or joins one by one, not with imports.',
        ],
      },
      {
        title: 'Start from a program of yours',
        steps: [
          'Press “New workflow”, choose “An event of a program” under “From scratch”, and write its name.',
          'Have the program send it with that eventName: POST /api/v1/events/send, with a key from the settings.',
          'What it sends along can be asked in conditions and written into emails: “Another property…” takes its name before the first has come.',
        ],
      },
      {
        title: 'Change one that is running',
        steps: [
          'Edit and save it: the changes wait as a draft, and what is published goes on as it was.',
          'Look at what they change, then press “Publish”: runs under way go on with the new steps.',
          'Under “Runs” you can stop one, or skip the wait it stands at.',
        ],
      },
    ],
    terms: ['run', 'draft', 'condition', 'only_while', 'frequency', 'exit_event', 'left_early', 'rehearsal'],
  },
  emails: {
    title: 'Emails',
    lead: 'Each message of a run or a test, with where it stands and why.',
    href: '/emails',
    tasks: [
      {
        title: 'Mend an email that is held',
        steps: [
          'Open it: it names the merge tag that had no value.',
          'Give the tag a fallback in the workflow, or fill in the value in Stripe.',
          'Press “Try again” on the email.',
        ],
      },
      {
        title: 'Send for real',
        steps: [
          'Whoever runs this server sets up a mail server (SMTP). Until then emails are captured.',
          'Settings → Sending says whether mail can arrive: SPF, DKIM and DMARC.',
          'In test mode, add test addresses in the settings.',
        ],
      },
    ],
    terms: [
      ...(['transactional', 'marketing', 'queued', 'captured', 'held', 'suppressed'] as const),
      ...(['email_failed', 'delivered'] as const),
    ],
  },
  recovery: {
    title: 'Recovered',
    lead: 'What became of invoices whose payment failed, and what reminders did for it.',
    href: '/recovery',
    tasks: [
      {
        title: 'Get failed payments paid',
        steps: [
          'Activate the template “Payment failed”. Its emails carry a link on which the invoice is paid.',
          'Reminders stop by themselves once the invoice is paid.',
        ],
      },
      {
        title: 'Measure what reminders bring in',
        steps: [
          'Set a holdout in the settings: so many of a hundred invoices then get no reminders.',
          'From 50 invoices on each side the page compares the two.',
        ],
      },
    ],
    terms: ['recovered', 'held_out', 'only_while'],
  },
  settings: {
    title: 'Settings',
    lead: 'Which events do something, how contacts start, and how email is sent.',
    href: '/settings/stripe',
    tasks: [
      {
        title: 'Begin',
        steps: [
          'Turn on the recommended events, or choose your own. Nothing is on until you save.',
          'Name a sender and a postal address, and choose the language and time zone in which dates and amounts are written: in emails, here and in the Stripe App.',
          'Import your customers, then activate a workflow.',
        ],
      },
      {
        title: 'Tell your own programs what happens',
        steps: [
          'Add the program’s https:// address in Settings → Webhooks, and choose its messages.',
          'Copy the signing secret, which is shown once: the program verifies requests with it.',
          'Press “Send a test message” on the endpoint’s page. The log there shows what was delivered and what was answered; anything can be sent again.',
        ],
        page: { label: 'Open Webhooks', href: '/settings/webhooks' },
      },
      {
        title: 'Keep your mail tool',
        steps: [
          'In Forwarding paste a key of Loops, choose contacts and events, and save.',
          'Press “Forward everyone now” once. From then on each contact goes when something about it changes.',
          'The log there says what became of each, and sends again what failed.',
        ],
        page: { label: 'Open Forwarding', href: '/settings/forwarding' },
      },
    ],
    terms: [
      ...(['test_mode', 'test_address', 'transactional_only', 'ignored', 'held_out', 'user_group'] as const),
      ...(['endpoint', 'delivery', 'signing_secret', 'webhook_retries', 'gone'] as const),
    ],
  },
};
