import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import { OnboardingPanel } from '../onboarding/onboarding-panel';

/** The manifest's OnboardingStart: the guided set-up. */
export default function OnboardingStart(context: ExtensionContextValue) {
  return <OnboardingPanel {...context} />;
}
