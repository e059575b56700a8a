/** What every view shows while it has nothing else to show. */
import { Banner, Box, Button, Spinner } from '@stripe/ui-extension-sdk/ui';
import type { Failure } from './client';

export function Loading({ what }: { what: string }) {
  return (
    <Box css={{ stack: 'y', alignX: 'center', gapY: 'small', paddingY: 'xxlarge' }}>
      <Spinner size="large" />
      <Box css={{ font: 'caption', color: 'secondary' }}>{`Loading ${what}…`}</Box>
    </Box>
  );
}

export function FailureBanner({
  title,
  error,
  onRetry,
  retry = 'Try again',
}: {
  title: string;
  error: Failure;
  onRetry: () => void;
  retry?: string;
}) {
  return (
    <Banner
      type="critical"
      title={title}
      description={error.message}
      actions={<Button onPress={onRetry}>{retry}</Button>}
    />
  );
}

export function Empty({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Box css={{ stack: 'y', gapY: 'xsmall', padding: 'medium', backgroundColor: 'container', borderRadius: 'medium' }}>
      <Box css={{ font: 'bodyEmphasized' }}>{title}</Box>
      <Box css={{ font: 'caption', color: 'secondary' }}>{children}</Box>
    </Box>
  );
}

export function Section({
  title,
  description,
  children,
}: {
  title: string;
  description?: string;
  children: React.ReactNode;
}) {
  return (
    <Box css={{ stack: 'y', gapY: 'medium' }}>
      <Box css={{ stack: 'y', gapY: 'xxsmall' }}>
        <Box css={{ font: 'heading' }}>{title}</Box>
        {description && <Box css={{ font: 'body', color: 'secondary' }}>{description}</Box>}
      </Box>
      {children}
    </Box>
  );
}
