/** The workflows that ship: each works unchanged with its event's properties. */
import type { EventType } from '../../../shared/catalogue';
import type { Definition } from '../../../shared/workflow';
import { AppError } from '../../errors';
import { newCustomer } from './new-customer';
import { paymentFailed } from './payment-failed';
import { paymentSuccessful } from './payment-successful';
import { quoteAccepted } from './quote-accepted';
import { subscriptionCanceled } from './subscription-canceled';
import { subscriptionCreated } from './subscription-created';
import type { Template } from './template';
import { trialEnding } from './trial-ending';

/** In the order in which screens offer them. */
export const TEMPLATES = {
  new_customer: newCustomer,
  payment_successful: paymentSuccessful,
  payment_failed: paymentFailed,
  subscription_created: subscriptionCreated,
  trial_ending: trialEnding,
  quote_accepted: quoteAccepted,
  subscription_canceled: subscriptionCanceled,
} as const satisfies Record<string, Template>;
export type TemplateKey = keyof typeof TEMPLATES;

export const isTemplateKey = (key: string): key is TemplateKey => Object.hasOwn(TEMPLATES, key);

/** A template as a definition, for its usual event or another one it can be made for; else throws invalid_request. */
export function defineFromTemplate(key: string, trigger?: EventType): Definition {
  if (!isTemplateKey(key))
    throw new AppError('invalid_request', `template: must be one of ${Object.keys(TEMPLATES).join(', ')}`, 'template');
  const template: Template = TEMPLATES[key];
  const event = trigger ?? template.triggers[0];
  if (!template.triggers.includes(event))
    throw new AppError('invalid_request', `trigger: must be one of ${template.triggers.join(', ')}`, 'trigger');
  return template.define(event);
}
