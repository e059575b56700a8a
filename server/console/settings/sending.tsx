/** Settings → Sending: who this account's mail is from, what is heard of it, and whether the mail server keeps refusing it. */
import type { Config } from '../../config';
import { Banner, Card, FactList, LinkButton, Section } from '../components/blocks';
import { None } from '../components/values';
import { SENDING_PATH } from './deliverability';

export interface SendingProps {
  config: Pick<Config, 'mailFrom' | 'mailFromMarketing'>;
  hasMailServer: boolean;
  /** The domain that signs, null: none does. */
  dkimDomain: string | null;
  hearsOfBounces: boolean;
  /** Emails of the last day that the mail server refused, though not for their addresses. */
  refused: number;
}

/** One may be the email's own fault. */
const REPEATED = 2;

export function Sending({ config, hasMailServer, dkimDomain, hearsOfBounces, refused }: SendingProps) {
  return (
    <Section
      title="Sending"
      lead="Chosen by whoever runs this Tillpost."
      actions={hasMailServer && <LinkButton href={SENDING_PATH}>Check whether mail can arrive</LinkButton>}
    >
      <div className="stack" id="sending">
        {refused >= REPEATED && (
          <Banner
            tone="warn"
            title="The mail server keeps refusing"
            actions={<LinkButton href="/emails?status=failed">Show them</LinkButton>}
          >
            It refused {refused} emails of the last day for good, not because of their addresses. Each has its answer,
            and can be sent again once the cause is mended.
          </Banner>
        )}
        <Card>
          <FactList
            facts={[
              ['Mail server', hasMailServer ? 'Set up' : 'None: emails are captured'],
              ['From', config.mailFrom ?? <None key="from" words="nobody" />],
              ['Marketing from', config.mailFromMarketing ?? <None key="marketing" words="nobody" />],
              ['Signed (DKIM)', dkimDomain ? `By ${dkimDomain}` : 'Not by Tillpost'],
              ['Bounces', hearsOfBounces ? 'Heard of' : 'Known from the mail server’s reply only'],
            ]}
          />
        </Card>
      </div>
    </Section>
  );
}
