/** A webhook endpoint: how it stands, its messages, and the log of what was delivered to it. */
import { TEST_MESSAGES_PER_MINUTE } from '../../../shared/webhooks';
import { ENDPOINT_OFF_WORDS, ENDPOINT_STATUS_WORDS, WEBHOOKS_WORDS as WORDS } from '../../../shared/words/webhooks';
import { typesOf, type Endpoint } from '../../webhooks-out/endpoints';
import { Badge } from '../components/badge';
import { Banner, Card, PageHead, Section } from '../components/blocks';
import { ButtonForm, Confirm } from '../components/form';
import { Time } from '../components/values';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { Deliveries, type DeliveriesProps } from './deliveries';
import { EndpointForm, type EndpointDraft, type EndpointSurroundings } from './endpoint-form';
import { endpointPath, NewSecret, WEBHOOKS_PATH } from './webhooks';

/** So long a failure may be a deploy, or a program that is being written. */
const PATIENCE_MS = 3_600_000;

export interface EndpointPageProps extends DeliveriesProps {
  endpoint: Endpoint;
  surroundings: EndpointSurroundings;
  /** Epoch milliseconds. */
  now: number;
  /** The one just made: it is shown this once. */
  newSecret?: { secret: string; isRotated: boolean } | undefined;
  draft?: EndpointDraft | undefined;
  /** Too many test messages were sent: seconds until the next may be. */
  testsInSeconds?: number | undefined;
}

export function EndpointPage({
  endpoint,
  surroundings,
  now,
  newSecret,
  draft,
  testsInSeconds,
  ...log
}: EndpointPageProps) {
  const { isLimited } = useViewer();
  const { id, url, status } = endpoint;
  const path = endpointPath(id);
  const description = endpoint.description ?? '';
  const given = draft ?? { url, description, types: typesOf(endpoint), errors: {} };
  return (
    <Shell title="Endpoint · Webhooks" section="settings">
      <PageHead
        title={<span className="webhook-url">{url}</span>}
        back={{ href: WEBHOOKS_PATH, label: 'Webhooks' }}
        badge={<Badge {...ENDPOINT_STATUS_WORDS[status]} />}
        hint={['endpoint', 'webhook_retries']}
        lead={description || undefined}
        actions={
          !isLimited &&
          (status === 'active' ? (
            <>
              <ButtonForm action={`${path}/test`} label={WORDS.test} />
              <Confirm
                label={WORDS.turnOff}
                action={`${path}/off`}
                confirm={WORDS.turnOffDo}
                words={WORDS.turnOffWords}
                tone="plain"
              />
            </>
          ) : (
            <ButtonForm action={`${path}/on`} label="Turn on" tone="primary" />
          ))
        }
      />
      {testsInSeconds !== undefined && (
        <Banner tone="warn">{WORDS.tooManyTests(TEST_MESSAGES_PER_MINUTE, testsInSeconds)}</Banner>
      )}
      {newSecret && <NewSecret {...newSecret} />}
      {(status === 'gone' || status === 'failing') && <Banner tone="bad">{ENDPOINT_OFF_WORDS[status]}</Banner>}
      {status === 'active' && endpoint.failing_since !== null && (
        <Failing since={endpoint.failing_since} now={now} deliveries={log.deliveries} />
      )}
      <Deliveries path={path} {...log} />
      {!isLimited && (
        <>
          <Section title="Change">
            <EndpointForm action={path} given={given} surroundings={surroundings} button="Save" />
          </Section>
          <Section title="Signing secret" lead={<SecretLead endpoint={endpoint} />}>
            <Card>
              <Confirm
                label={WORDS.rotate}
                action={`${path}/secret`}
                confirm={WORDS.rotateDo}
                words={WORDS.rotateWords}
                tone="plain"
              />
            </Card>
          </Section>
          <Section title="Delete">
            <Card>
              <Confirm
                label="Delete endpoint…"
                action={`${path}/delete`}
                confirm="Delete endpoint"
                words="Nothing more is delivered to it, and its log is deleted."
              />
            </Card>
          </Section>
        </>
      )}
    </Shell>
  );
}

const SecretLead = ({ endpoint: { old_secret_until } }: { endpoint: Endpoint }) =>
  old_secret_until === null ? (
    <>Your program verifies with it that requests come from here.</>
  ) : (
    <>
      The one before it signs until <Time at={old_secret_until} />.
    </>
  );

function Failing({ since, now, deliveries }: { since: number } & Pick<EndpointPageProps, 'now' | 'deliveries'>) {
  if (now - since >= PATIENCE_MS)
    return (
      <Banner tone="warn">
        {WORDS.failingSince} <Time at={since} />. {WORDS.failingNext}
      </Banner>
    );
  const tries = deliveries.data.flatMap(({ status, due_at, attempts }) =>
    status === 'pending' && due_at !== null && attempts > 0 ? due_at : [],
  );
  return (
    <p className="hint">
      {WORDS.lastFailed}
      {tries.length > 0 && (
        <>
          {' '}
          {WORDS.nextTry} <Time at={Math.min(...tries)} as="seconds" />.
        </>
      )}
    </p>
  );
}
