import { Box, Link, SignInView } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import { BRAND_COLOR, BRAND_ICON } from '../brand';
import { ASK_SOMEONE, describeConnecting } from './words';
import { canChange } from './surroundings';

/** What the drawer shows until the account is connected in this mode. */
export function SignIn({
  context,
  overview,
  onLeave,
  onCheck,
}: {
  context: ExtensionContextValue;
  overview: Overview;
  onLeave: () => void;
  onCheck: () => void;
}) {
  const mayConnect = canChange(context);
  return (
    <SignInView
      brandColor={BRAND_COLOR}
      brandIcon={BRAND_ICON}
      description={describeConnecting(context, overview)}
      primaryAction={
        mayConnect
          ? { label: 'Connect to Stripe', href: overview.connect_url, target: '_blank', onPress: onLeave }
          : undefined
      }
      footerContent={
        <Box css={{ font: 'caption', color: 'secondary' }}>
          {mayConnect ? 'Already connected? ' : `${ASK_SOMEONE} `}
          <Link onPress={onCheck}>Check again</Link>
        </Box>
      }
    />
  );
}
