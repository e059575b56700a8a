import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import { CustomerPanel } from '../contacts/customer-panel';

/** The manifest's CustomerView: the drawer on a customer’s page. */
export default function CustomerView(context: ExtensionContextValue) {
  return <CustomerPanel {...context} />;
}
