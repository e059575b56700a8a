/** `Settings.track` as the one choice that screens offer; apart from settings.ts, so that the Stripe App needs no validator. */
import type { Settings } from './settings';

/** In which emails clicks are counted. */
export type TrackChoice = 'off' | 'marketing' | 'all';

export const TRACKS: Record<TrackChoice, Settings['track']> = {
  off: { clicks: false, transactional: false },
  marketing: { clicks: true, transactional: false },
  all: { clicks: true, transactional: true },
};

export const trackChoiceOf = ({ clicks, transactional }: Settings['track']): TrackChoice =>
  clicks ? (transactional ? 'all' : 'marketing') : 'off';
