/** For who is signed in: connects the account in a mode, the first time or anew, without leaving the console first. */
import { CONNECT_PAGE_WORDS as WORDS } from '../../../shared/words/connection';
import type { Mode } from '../../config';
import { modeOf } from '../../db/tenant';
import { Card, LinkButton, PageHead } from '../components/blocks';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { KeyForm } from './key-form';

export interface ConnectModeProps {
  mode: Mode;
  /** Whether the mode has a Stripe App; else a key connects it. */
  hasApp: boolean;
  keyError?: string | undefined;
}

export function ConnectModePage({ mode, hasApp, keyError }: ConnectModeProps) {
  const { tenant, installs } = useViewer();
  const isNew = !installs.some((one) => one.tenant.accountId === tenant.accountId && modeOf(one.tenant) === mode);
  return (
    <Shell title={WORDS.title[mode]} section="settings">
      <PageHead title={WORDS.title[mode]} lead={isNew ? WORDS.isNew[mode] : WORDS.isAnew} />
      {hasApp ? (
        <div className="actions">
          <LinkButton href={`/connect?mode=${mode}`} tone="primary">
            Connect to Stripe
          </LinkButton>
          <LinkButton href="/settings/stripe">Not now</LinkButton>
        </div>
      ) : (
        <Card className="key-card">
          <KeyForm modes={[mode]} error={keyError} />
        </Card>
      )}
    </Shell>
  );
}
