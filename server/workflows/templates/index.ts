/** The workflows that ship: each works unchanged with its event's properties. */
import type { TriggerType } from '../../../shared/catalogue';
import { oneOf } from '../../../shared/one-of';
import { TEMPLATE_KEYS, TEMPLATES, type TemplateKey, type TemplateOffer } from '../../../shared/templates';
import type { Definition } from '../../../shared/workflow';
import { AppError } from '../../errors';
import { cardExpires } from './card-expires';
import { checkoutNotFinished } from './checkout-not-finished';
import { contactAdded } from './contact-added';
import { listJoined } from './list-joined';
import { newCustomer } from './new-customer';
import { paymentConfirmation } from './payment-confirmation';
import { paymentFailed } from './payment-failed';
import { paymentSuccessful } from './payment-successful';
import { quoteAccepted } from './quote-accepted';
import { refundConfirmed } from './refund-confirmed';
import { renewalComing, yearlyRenewal } from './renewal';
import { subscriptionCanceled } from './subscription-canceled';
import { subscriptionCreated } from './subscription-created';
import type { Template } from './template';
import { trialEnding, trialEndsInAWeek } from './trial-ending';
import { welcomeBack } from './welcome-back';
import { winBack } from './win-back';

const DEFINE: Record<TemplateKey, Template> = {
  new_customer: newCustomer,
  payment_successful: paymentSuccessful,
  payment_failed: paymentFailed,
  payment_confirmation: paymentConfirmation,
  subscription_created: subscriptionCreated,
  trial_ending: trialEnding,
  quote_accepted: quoteAccepted,
  subscription_canceled: subscriptionCanceled,
  checkout_not_finished: checkoutNotFinished,
  refund_confirmed: refundConfirmed,
  welcome_back: welcomeBack,
  contact_added: contactAdded,
  list_joined: listJoined,
  trial_ends_in_7_days: trialEndsInAWeek,
  renewal_coming: renewalComing,
  yearly_renewal: yearlyRenewal,
  win_back: winBack,
  card_expires: cardExpires,
};

/**
 * A template as a definition, for its usual event or another one it can be made for; else throws invalid_request. `list` is
 * the id of the mailing list that it is about; left out: any.
 */
export function defineFromTemplate(key: string, trigger?: TriggerType, list?: string): Definition {
  const known = oneOf(TEMPLATE_KEYS, key);
  if (!known) throw new AppError('invalid_request', `template: must be one of ${TEMPLATE_KEYS.join(', ')}`, 'template');
  const { name, triggers }: TemplateOffer = TEMPLATES[known];
  const event = trigger ?? triggers[0];
  if (!triggers.includes(event))
    throw new AppError('invalid_request', `trigger: must be one of ${triggers.join(', ')}`, 'trigger');
  return { name, ...DEFINE[known](event, list) };
}
