/** One badge per state, the same in every view. */
import { Badge, type BadgeProps } from '@stripe/ui-extension-sdk/ui';
import type { ContactStatus, EmailStatus, EventStatus, SubscriptionStatus } from '../../shared/api';

type Look = [type: NonNullable<BadgeProps['type']>, label: string];

const EVENT: Record<EventStatus, Look> = {
  pending: ['info', 'Pending'],
  waiting: ['warning', 'Waiting'],
  processed: ['positive', 'Processed'],
  ignored: ['neutral', 'Ignored'],
  skipped: ['neutral', 'Skipped'],
  failed: ['negative', 'Failed'],
};
const EMAIL: Record<EmailStatus, Look> = {
  queued: ['info', 'Queued'],
  sent: ['positive', 'Sent'],
  captured: ['neutral', 'Captured'],
  held: ['warning', 'Held'],
  failed: ['negative', 'Failed'],
  suppressed: ['neutral', 'Suppressed'],
};
const CONTACT: Record<ContactStatus, Look> = {
  subscribed: ['positive', 'Subscribed'],
  unsubscribed: ['neutral', 'Unsubscribed'],
  transactional_only: ['info', 'Transactional only'],
};
const SUBSCRIPTION: Record<SubscriptionStatus, Look> = {
  past_due: ['warning', 'Past due'],
  active: ['positive', 'Active'],
  trialing: ['info', 'Trial'],
  paused: ['neutral', 'Paused'],
  canceled: ['neutral', 'Canceled'],
};

const draw = ([type, label]: Look) => <Badge type={type}>{label}</Badge>;

export const EventBadge = ({ status }: { status: EventStatus }) => draw(EVENT[status]);
export const EmailBadge = ({ status }: { status: EmailStatus }) => draw(EMAIL[status]);
export const ContactBadge = ({ status }: { status: ContactStatus }) => draw(CONTACT[status]);
export const SubscriptionBadge = ({ status }: { status: SubscriptionStatus }) => draw(SUBSCRIPTION[status]);
