import { Box, Button, ContextView } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import { BRAND_COLOR, BRAND_ICON } from '../brand';
import { zoneWords } from '../format';
import { FailureBanner, Loading } from '../states';
import { ReconnectBanner } from './reconnect-banner';
import { SignIn } from './sign-in';
import { describeMode } from './surroundings';
import type { OverviewAsked } from './use-overview';

/** The drawer around a view: loading, unreachable, not connected and needs reconnecting look the same everywhere. */
export function DrawerFrame({
  context,
  overview: { answer, reload, watch },
  title,
  children,
}: {
  context: ExtensionContextValue;
  overview: OverviewAsked;
  title: string;
  children: (overview: Overview) => React.ReactNode;
}) {
  const retry = () => void reload();
  if (answer.kind === 'ready' && !answer.value.connected)
    return <SignIn context={context} overview={answer.value} onLeave={watch} onCheck={retry} />;

  const frame = { title, description: describeMode(context), brandColor: BRAND_COLOR, brandIcon: BRAND_ICON };
  if (answer.kind === 'loading')
    return (
      <ContextView {...frame}>
        <Loading what="Tillpost" />
      </ContextView>
    );
  if (answer.kind === 'failed')
    return (
      <ContextView {...frame}>
        <FailureBanner title="Tillpost didn’t answer" error={answer.error} onRetry={retry} />
      </ContextView>
    );
  const overview = answer.value;
  return (
    <ContextView
      {...frame}
      banner={
        overview.status === 'needs_reconnect' ? (
          <ReconnectBanner context={context} overview={overview} onLeave={watch} />
        ) : undefined
      }
      actions={overview.console_url ? <ConsoleButton url={overview.console_url} onOpened={retry} /> : undefined}
    >
      {children(overview)}
      <Box css={{ font: 'caption', color: 'secondary', marginTop: 'large' }}>{zoneWords()}</Box>
    </ContextView>
  );
}

/** A console link opens once, so a fresh one is fetched as soon as it is used. */
function ConsoleButton({ url, onOpened }: { url: string; onOpened: () => void }) {
  return (
    <Button href={url} target="_blank" onPress={onOpened}>
      Open console
    </Button>
  );
}
