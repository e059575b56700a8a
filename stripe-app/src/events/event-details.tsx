import { useCallback, useState } from 'react';
import { Box, Button, FocusView, PropertyList, PropertyListItem } from '@stripe/ui-extension-sdk/ui';
import type { EventDetail } from '../../../shared/api';
import { NO_EMAIL_CAUSED, nameEvent } from '../../../shared/words/explanations';
import { EVENT_LABELS } from '../../../shared/words/fields';
import { EVENT_STATUS_WORDS } from '../../../shared/words/statuses';
import type { Client, Failure } from '../client';
import { EmailList } from '../emails/email-list';
import { formatDateAndTime } from '../format';
import { FailureBanner, Loading, Section } from '../states';
import { StatusBadge } from '../status-badge';
import { useAnswer } from '../use-answer';

/** One event with what became of it, and the way to run it again. */
export function EventDetails({
  client,
  id,
  mayReplay,
  onClose,
  onReplayed,
}: {
  client: Client;
  id: string;
  mayReplay: boolean;
  onClose: () => void;
  onReplayed: () => void;
}) {
  const { answer, reload } = useAnswer(useCallback(() => client('events/read', { id }), [client, id]));
  const [isReplaying, setReplaying] = useState(false);
  const [refusal, setRefusal] = useState<Failure | null>(null);

  const replay = async () => {
    setReplaying(true);
    const replayed = await client('events/replay', { id });
    setRefusal(replayed.ok ? null : replayed.error);
    await reload();
    setReplaying(false);
    if (replayed.ok) onReplayed();
  };

  return (
    <FocusView
      title={answer.kind === 'ready' ? nameEvent(answer.value.type) : 'Event'}
      shown
      setShown={(shown) => {
        if (!shown) onClose();
      }}
      primaryAction={
        mayReplay && answer.kind === 'ready' && answer.value.payload !== null ? (
          <Button type="primary" pending={isReplaying} onPress={() => void replay()}>
            Replay
          </Button>
        ) : undefined
      }
      secondaryAction={<Button onPress={onClose}>Close</Button>}
    >
      {answer.kind === 'loading' && <Loading what="the event" />}
      {answer.kind === 'failed' && (
        <FailureBanner title="The event didn’t load" error={answer.error} onRetry={() => void reload()} />
      )}
      {answer.kind === 'ready' && (
        <Box css={{ stack: 'y', gapY: 'large' }}>
          {refusal && <FailureBanner title="The event wasn’t replayed" error={refusal} onRetry={() => void replay()} />}
          <Facts event={answer.value} />
          <Section title="Emails">
            {answer.value.emails.length > 0 ? (
              <EmailList emails={answer.value.emails} />
            ) : (
              <Box css={{ color: 'secondary' }}>{NO_EMAIL_CAUSED}</Box>
            )}
          </Section>
        </Box>
      )}
    </FocusView>
  );
}

function Facts({ event }: { event: EventDetail }) {
  return (
    <Box css={{ stack: 'y', gapY: 'medium' }}>
      <Box css={{ stack: 'y', gapY: 'small' }}>
        <Box>
          <StatusBadge {...EVENT_STATUS_WORDS[event.status]} />
        </Box>
        <Box css={{ font: 'body' }}>{event.outcome}</Box>
      </Box>
      <PropertyList>
        <PropertyListItem label={EVENT_LABELS.type} value={event.type} />
        <PropertyListItem label={EVENT_LABELS.created} value={formatDateAndTime(event.created * 1000)} />
        <PropertyListItem label={EVENT_LABELS.received_at} value={formatDateAndTime(event.received_at)} />
        {event.next_attempt_at && (
          <PropertyListItem label={EVENT_LABELS.next_attempt_at} value={formatDateAndTime(event.next_attempt_at)} />
        )}
        {event.email && <PropertyListItem label={EVENT_LABELS.contact} value={event.email} />}
        <PropertyListItem
          label={EVENT_LABELS.id}
          value={<Box css={{ fontFamily: 'monospace', wordBreak: 'break-all' }}>{event.id}</Box>}
        />
      </PropertyList>
    </Box>
  );
}
