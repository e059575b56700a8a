/** One delivery of a webhook endpoint. Refreshes itself while it is tried. */
import { DELIVERY_STATUS_WORDS, WEBHOOKS_WORDS as WORDS } from '../../../shared/words/webhooks';
import type { Delivery } from '../../webhooks-out/deliveries';
import type { Endpoint } from '../../webhooks-out/endpoints';
import { Badge } from '../components/badge';
import { Card, FactList, PageHead, Section } from '../components/blocks';
import { buttonClass, ButtonForm } from '../components/form';
import { refreshes } from '../components/refreshes';
import { None, Time } from '../components/values';
import { Json } from '../events/payload';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { isMoving, NextTry } from './deliveries';
import { aboutOf } from './delivery-about';
import { endpointPath } from './webhooks';

interface DeliveryPageProps {
  endpoint: Endpoint;
  delivery: Delivery;
  /** Names of workflows by id. */
  workflows: ReadonlyMap<string, string>;
}

export function DeliveryPage({ endpoint, delivery, workflows }: DeliveryPageProps) {
  const { isLimited } = useViewer();
  const path = endpointPath(endpoint.id);
  const own = `${path}/deliveries/${delivery.id}`;
  return (
    <Shell title="Delivery · Webhooks" section="settings">
      <PageHead
        title={delivery.type}
        back={{ href: path, label: 'Endpoint' }}
        badge={
          <span id="delivery-badge">
            <Badge {...DELIVERY_STATUS_WORDS[delivery.status]} />
          </span>
        }
        lead={<span className="webhook-url">{endpoint.url}</span>}
        actions={!isLimited && <ButtonForm action={`${own}/again`} label="Send again" tone="primary" />}
      />
      <Progress own={own} delivery={delivery} workflows={workflows} />
      <Section
        title="Body"
        actions={
          <button type="button" className={buttonClass('quiet')} data-copy="payload" hidden>
            Copy
          </button>
        }
      >
        <div className="payload webhook-body">
          <Json value={JSON.parse(delivery.payload) as unknown} />
        </div>
      </Section>
    </Shell>
  );
}

function Progress({ own, delivery, workflows }: Omit<DeliveryPageProps, 'endpoint'> & { own: string }) {
  const { status, outcome, response, tried_at, created_at, attempts } = delivery;
  const { words, page } = aboutOf(delivery, workflows);
  return (
    <div
      id="delivery"
      aria-live="polite"
      {...(status === 'pending' && refreshes({ id: 'delivery', url: own, seconds: isMoving(delivery) ? 1 : 30 }))}
      hx-select-oob="#delivery-badge"
    >
      <Card>
        <FactList
          facts={[
            [
              WORDS.about,
              page ? (
                <a key="about" href={page.href}>
                  {[page.label, ...words].join(' · ')}
                </a>
              ) : words.length > 0 ? (
                words.join(' · ')
              ) : (
                <None key="about" words="nobody named" />
              ),
            ],
            [WORDS.created, <Time key="created" at={created_at} as="seconds" />],
            ['Attempts', `${attempts} of 10`],
            [
              'Last try',
              tried_at === null ? <None key="tried" words="none" /> : <Time key="tried" at={tried_at} as="seconds" />,
            ],
            [WORDS.answer, outcome ?? <None key="outcome" words="none yet" />],
            [WORDS.nextTry, <NextTry key="next" delivery={delivery} />],
            [
              'webhook-id',
              <code key="id" className="webhook-id">
                {delivery.id}
              </code>,
            ],
          ]}
        />
      </Card>
      {response !== null && (
        <Section title="What it answered" lead="The first 500 bytes.">
          <div className="payload webhook-body">
            <pre className="webhook-answer" tabIndex={0} aria-label="What it answered">
              {response}
            </pre>
          </div>
        </Section>
      )}
    </div>
  );
}
