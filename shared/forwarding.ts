/** Forwarding: contacts and events go on to the mail tool that a merchant keeps. */
import { isApiEventType } from './api-events';
import { CHOICE_TYPES } from './catalogue';

/** All events of programs, whatever their names. */
export const API_EVENTS = 'api.*';
export const FORWARDED_TYPES = [...CHOICE_TYPES, API_EVENTS] as const;
export type ForwardedType = (typeof FORWARDED_TYPES)[number];

/** The choice that an event of this type goes by. */
export const choiceOf = (type: string): string => (isApiEventType(type) ? API_EVENTS : type);

/** `checking`: the key is about to be tried. `refused`: the tool takes it no more. */
export type ForwardingStatus = 'off' | 'checking' | 'on' | 'refused';

export const FORWARD_STATUSES = ['waiting', 'sent', 'failed', 'canceled'] as const;
export type ForwardStatus = (typeof FORWARD_STATUSES)[number];

/** `contact`: as it is when it goes. */
export type ForwardKind = 'contact' | 'deletion' | 'event';
