/** What forwarding says: of its state, and of what became of each row of its log. */
import type { ForwardKind, ForwardStatus, ForwardingStatus } from '../forwarding';
import type { NoticeWords } from './connection';
import type { StatusWords } from './statuses';

export const FORWARDING_STATUS_WORDS: Record<ForwardingStatus, StatusWords> = {
  off: { tone: 'plain', label: 'Off' },
  checking: { tone: 'info', label: 'Checking the key' },
  on: { tone: 'good', label: 'On' },
  refused: { tone: 'bad', label: 'Key refused' },
};

export const FORWARD_STATUS_WORDS: Record<ForwardStatus, StatusWords> = {
  waiting: { tone: 'info', label: 'Waiting' },
  sent: { tone: 'good', label: 'Forwarded' },
  failed: { tone: 'bad', label: 'Failed' },
  canceled: { tone: 'plain', label: 'Called off' },
};

export const FORWARD_KIND_WORDS: Record<ForwardKind, string> = {
  contact: 'Contact',
  deletion: 'Deletion',
  event: 'Event',
};

/** `tool` is the name of what is forwarded to. Each is a sentence. */
export const FORWARD_OUTCOMES = {
  waits: 'Goes when its turn comes',
  saved: (tool: string) => `Saved in ${tool}`,
  savedUnsubscribed: (tool: string) => `Saved in ${tool} as unsubscribed`,
  moved: (tool: string) => `Saved in ${tool} under the new address`,
  deleted: (tool: string) => `Deleted in ${tool}`,
  deletionRefused: 'The deletion was refused: the contact is still there',
  wasNotThere: (tool: string) => `${tool} has no contact with this address`,
  eventSent: (tool: string, name: string) => `Sent to ${tool} as ${name}`,
  eventThere: (tool: string, name: string) => `${tool} has this ${name} already`,
  tooMany: (tool: string) => `${tool} takes no more for a moment`,
  unavailable: (tool: string, status: number) => `${tool} answered ${status} and is asked again`,
  unreachable: (tool: string) => `${tool} could not be reached and is asked again`,
  unread: (tool: string) => `${tool} answered what can’t be read`,
  refused: (tool: string, status: number, words: string) =>
    words ? `${tool} refused it with ${status}: ${words}` : `${tool} refused it with ${status}`,
  keyRefused: (tool: string) => `${tool} refuses the key`,
  notOpened: 'The stored key can’t be opened any more: save it again',
  gaveUp: (words: string) => `Given up after three days. ${words}`,
  mayBeThere: (tool: string) =>
    `Given up: ${tool} may have got it though its answer didn’t come, and would count it twice by now. Look there before you send it again`,
  crashed: 'Given up: working on it ended the process several times',
  gone: 'The contact is not there any more',
  isBack: 'The address is a contact’s again',
  notKept: 'What the event said is not kept any more',
  notChosen: 'It was no longer chosen when its turn came',
  turnedOff: 'Forwarding was turned off before its turn came',
  disconnected: 'The account was disconnected before its turn came',
};

/** `outcome`: why, as a sentence without its end. */
export const forwardingRefusedNotice = (outcome: string): NoticeWords => ({
  subject: (account) => `Nothing of ${account} is forwarded to Loops any more`,
  text: ({ account, mode, url }) =>
    [
      `Tillpost forwards what happens to ${account} in ${mode} mode to Loops. ${outcome}.`,
      FORWARDING_WORDS.refusedNext,
      `Save another: ${url}`,
    ].join('\n\n'),
});

/** Settings → Forwarding. */
export const FORWARDING_WORDS = {
  lead: 'If you keep Loops for your emails: contacts and events go on to it from here, each with what became of it.',
  testMode:
    'This is test mode. Its contacts and events go to Loops like any others, which knows no test mode: use the key of a team of its own.',
  elsewhere: (address: string) =>
    `This server forwards to ${address} in the place of Loops, as its LOOPS_API_BASE says.`,
  limited: 'To change what is forwarded, sign in with Connect to Stripe.',
  refused: 'Loops refuses the key',
  refusedNext: 'Nothing goes until you save a key that it takes. What happens meanwhile waits, for 30 days.',
  checking: 'Checking the key',
  checkingNext: 'Loops is asked whether it takes it.',
  notChecked: 'Saved. Nothing goes until Loops takes the key.',
  notCheckedYet: 'Loops has not taken the key yet',
  waitsForKey: 'Waits for the key',
  key: 'API key of Loops',
  keyWhere: 'In Loops: Settings → API → Generate key. It is kept encrypted.',
  keyKept: (hint: string, team: string | null) =>
    `Kept is the one that ends in ${hint}${team ? `, of ${team}` : ''}. Leave this empty to keep it.`,
  what: 'What goes',
  contacts: 'Contacts',
  contactsHint:
    'Names, group, your own properties and what Stripe knows: plan, monthly revenue, renewal and more. Deleted here, they are deleted there. Whoever unsubscribes here is unsubscribed there; nobody is ever subscribed.',
  events: 'Events',
  eventsLead: 'Loops can start its own workflows with them. They go once their contact is known here.',
  eventOff: ' Off in Settings → Stripe: it does not come.',
  programs: 'Your programs',
  programsAll: 'All events that your programs send through the API, under their own names',
  none: 'None',
  all: 'All',
  isOn: 'Forward what is chosen',
  save: 'Save',
  everyone: 'Forward everyone',
  everyoneHint:
    'Contacts go when something about them changes. This sends all of them as they are now, ten a second at the most, beside what happens meanwhile.',
  everyoneNow: 'Forward everyone now',
  /** Why the button can't be pressed. */
  everyoneNot: {
    limited: 'To forward everyone, sign in with Connect to Stripe.',
    off: 'Forwarding is off.',
    key: 'It can start once Loops takes the key.',
    contacts: 'It can start once contacts are chosen, and saved.',
    running: 'It is under way.',
  },
  log: 'Log',
  logLead: 'Of the last 30 days, the newest first.',
  state: 'State',
  allStates: 'All',
  nothing: 'Nothing here',
  nothingYet: 'As soon as something is forwarded it shows here.',
  nothingOfState: 'Nothing is in this state.',
  nextTry: 'Next try',
  again: 'Send again',
  remove: 'Stop for good',
  removeLead: 'Loops keeps what it has.',
  removeAsk: 'Remove the key…',
  removeDo: 'Remove the key',
  removeWords: 'Nothing is forwarded any more, and what waits is called off. Loops keeps what it has.',
};
