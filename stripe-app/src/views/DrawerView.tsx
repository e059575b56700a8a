import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import { DrawerPanel } from '../drawer/drawer-panel';

/** The manifest's DrawerView: the app drawer on pages without a view of their own. */
export default function DrawerView(context: ExtensionContextValue) {
  return <DrawerPanel {...context} />;
}
