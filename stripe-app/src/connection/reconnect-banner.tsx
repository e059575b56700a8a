import { Banner, Button } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import { RECONNECT_WORDS } from '../../../shared/words/connection';
import { canChange } from './surroundings';
import { ASK_SOMEONE } from './words';

export function ReconnectBanner({
  context,
  overview,
  onLeave,
}: {
  context: ExtensionContextValue;
  overview: Overview;
  onLeave: () => void;
}) {
  return (
    <Banner
      type="caution"
      title={RECONNECT_WORDS.title}
      description={canChange(context) ? RECONNECT_WORDS.description : `${RECONNECT_WORDS.description} ${ASK_SOMEONE}`}
      actions={
        canChange(context) ? (
          <Button type="primary" href={overview.connect_url} target="_blank" onPress={onLeave}>
            Reconnect
          </Button>
        ) : undefined
      }
    />
  );
}
