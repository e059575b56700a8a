import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import { SettingsPanel } from '../settings/settings-panel';

/** The manifest's SettingsView: the app’s settings page. */
export default function SettingsView(context: ExtensionContextValue) {
  return <SettingsPanel {...context} />;
}
