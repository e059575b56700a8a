import { useState } from 'react';
import { Box, Button, List, ListItem } from '@stripe/ui-extension-sdk/ui';
import type { Rehearsal } from '../../../shared/api';
import { nameStop, REHEARSAL_VERDICT_WORDS } from '../../../shared/words/rehearsal';
import type { Client } from '../client';
import { formatCount, formatDateAndTime, formatNumber } from '../format';
import { FailureBanner } from '../states';
import { StatusBadge } from '../status-badge';
import { useAction } from '../use-action';

const DAYS = 30;
const SHOWN = 5;

/** What a workflow would have sent lately, before it is turned on: nothing is sent or written. */
export function TryOnLog({ client, workflow }: { client: Client; workflow: { id: string } | { template: string } }) {
  const [result, setResult] = useState<Rehearsal | null>(null);
  const { isPending, failure, run } = useAction();
  const rehearse = () =>
    void run(
      () => client('workflows/rehearse', { ...workflow, days: DAYS }),
      (rehearsed) => Promise.resolve(setResult(rehearsed)),
    );
  return (
    <Box css={{ stack: 'y', gapY: 'small' }}>
      <Box>
        <Button pending={isPending} onPress={rehearse}>{`Try on the last ${DAYS} days`}</Button>
      </Box>
      {failure && <FailureBanner title="It couldn’t be tried" error={failure} onRetry={rehearse} />}
      {result && <Tried result={result} />}
    </Box>
  );
}

function Tried({ result: { would_start, would_send, stopped, sample } }: { result: Rehearsal }) {
  if (would_start === 0)
    return (
      <Box
        css={{ font: 'caption', color: 'secondary' }}
      >{`No event of the last ${DAYS} days would have started it.`}</Box>
    );
  return (
    <>
      <Box>{`It would have started ${formatCount(would_start, 'run')} and sent ${formatCount(would_send, 'email')}. Nothing was sent.`}</Box>
      {Object.entries(stopped).map(([reason, count]) => (
        <Box
          key={reason}
          css={{ font: 'caption', color: 'secondary' }}
        >{`Stopped, ${formatNumber(count)}: ${nameStop(reason)}`}</Box>
      ))}
      <List>
        {sample.slice(0, SHOWN).map(({ contact, address, at, event, step, subject, verdict, outcome }) => (
          <ListItem
            key={`${event} ${contact} ${step}`}
            id={`${event} ${contact} ${step}`}
            title={address ?? 'A deleted contact'}
            secondaryTitle={
              <Box css={{ stack: 'y' }}>
                <Box css={{ font: 'caption' }}>{formatDateAndTime(at)}</Box>
                {subject && <Box>{subject}</Box>}
                {outcome && <Box>{outcome}</Box>}
              </Box>
            }
            value={<StatusBadge {...REHEARSAL_VERDICT_WORDS[verdict]} />}
          />
        ))}
      </List>
    </>
  );
}
