/** Settings → Sending: what the merchant chooses, who this Tillpost sends as, and whether that mail can arrive. */
import { capitalize } from '../../../shared/capitalize';
import { FINDING_WORDS, SENDING_PAGE_WORDS as WORDS } from '../../../shared/words/deliverability';
import type { DnsRecord, Finding } from '../../finding';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, FactList, LinkButton, Section } from '../components/blocks';
import { ButtonForm, buttonClass } from '../components/form';
import { refreshes } from '../components/refreshes';
import { None, Time } from '../components/values';
import { useViewer } from '../page';
import { SettingsAlert, SettingsForm, type SettingsFormProps } from './form';
import { SettingsShell } from './sections';
import { SendingChoices } from './sending-choices';

export const SENDING_PATH = '/settings/sending';
export const CHECK_PATH = `${SENDING_PATH}/check`;

export interface SendingPageProps {
  form: SettingsFormProps;
  /** Emails of the last day that the mail server refused, though not for their addresses. */
  refused: number;
  hearsOfBounces: boolean;
  /** Null: there is no mail server, and nothing to check. */
  identity: SendingIdentity | null;
  checks: ChecksProps;
}

interface SendingIdentity {
  from: string;
  marketingFrom: string;
  /** Null: the sender is. */
  bounceAddress: string | null;
  /** Host and port. */
  server: string;
  greeting: string;
  /** Null: Tillpost signs nothing. */
  dkim: { domain: string; selector: string } | null;
}

interface ChecksProps {
  /** Null until the first round has ended. `at` in epoch milliseconds. */
  last: { at: number; findings: readonly Finding[] } | null;
  isRunning: boolean;
}

/** One may be the email's own fault. */
const REPEATED = 2;

export function SendingPage({ form, refused, hearsOfBounces, identity, checks }: SendingPageProps) {
  const { status } = useViewer();
  return (
    <SettingsShell
      page="sending"
      lead="Who your emails are from, which go out, and whether they can arrive."
      alert={<SettingsAlert {...form} action={SENDING_PATH} />}
    >
      {refused >= REPEATED && <KeepsRefusing refused={refused} />}
      {status !== 'removed' && (
        <SettingsForm {...form} action={SENDING_PATH}>
          <SendingChoices {...form} />
        </SettingsForm>
      )}
      <Section
        title={WORDS.title}
        lead={WORDS.lead}
        actions={identity && <ButtonForm action={CHECK_PATH} label={WORDS.check} />}
      >
        {identity ? (
          <Identity {...identity} hearsOfBounces={hearsOfBounces} />
        ) : (
          <Empty icon="emails" title={WORDS.noServer}>
            {WORDS.noServerLead}
          </Empty>
        )}
      </Section>
      {identity && <Checks {...checks} />}
    </SettingsShell>
  );
}

const KeepsRefusing = ({ refused }: { refused: number }) => (
  <Banner
    tone="warn"
    title="The mail server keeps refusing"
    actions={<LinkButton href="/emails?status=failed">Show them</LinkButton>}
  >
    It refused {refused} emails of the last day for good, not because of their addresses. Each has its answer, and can
    be sent again once the cause is mended.
  </Banner>
);

const Identity = (props: SendingIdentity & Pick<SendingPageProps, 'hearsOfBounces'>) => {
  const { from, marketingFrom, bounceAddress, server, greeting, dkim, hearsOfBounces } = props;
  return (
    <Card>
      <FactList
        facts={[
          ['From', from],
          ['Marketing from', marketingFrom],
          ['Return path', bounceAddress ?? 'The sender'],
          ['Mail server', server],
          ['Greeted as (EHLO)', greeting],
          ['Signed (DKIM)', dkim ? `By ${dkim.domain}, selector ${dkim.selector}` : 'Not by Tillpost'],
          ['Bounces', hearsOfBounces ? 'Heard of' : 'Known from the mail server’s reply only'],
        ]}
      />
    </Card>
  );
};

const SEVERITY = ['fault', 'warning', 'ok', 'skipped'] as const satisfies readonly Finding['kind'][];

/** Refreshes itself while the checks run. */
function Checks({ last, isRunning }: ChecksProps) {
  const findings = SEVERITY.flatMap((kind) => last?.findings.filter((finding) => finding.kind === kind) ?? []);
  return (
    <div
      className="section"
      id="sending-checks"
      aria-live="polite"
      aria-busy={isRunning}
      data-live=""
      {...(isRunning && refreshes({ id: 'sending-checks', url: SENDING_PATH, seconds: 1 }))}
    >
      <Section title="Checks" lead={<Summary last={last} isRunning={isRunning} />}>
        {findings.length > 0 && (
          <ul className="findings">
            {findings.map((finding, index) => (
              <FindingRow key={`${finding.check} ${finding.says}`} id={`record-${index}`} finding={finding} />
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}

function Summary({ last, isRunning }: ChecksProps) {
  if (!last) return <>{isRunning ? WORDS.running : <None words="not checked" />}</>;
  const count = (kind: Finding['kind']) => last.findings.filter((finding) => finding.kind === kind).length;
  return (
    <>
      {WORDS.summary(count('fault'), count('warning'))}{' '}
      {isRunning ? (
        WORDS.running
      ) : (
        <>
          Checked <Time at={last.at} />.
        </>
      )}
    </>
  );
}

function FindingRow({ id, finding: { kind, check, says, next, record } }: { id: string; finding: Finding }) {
  return (
    <li className="finding">
      <div className="finding-head">
        <h3>{check}</h3>
        <Badge {...FINDING_WORDS[kind]} />
      </div>
      <div>
        <p>{sentence(says)}</p>
        {next && <p className="hint">{sentence(next)}</p>}
        {record && <RecordToPublish id={id} record={record} />}
      </div>
    </li>
  );
}

const sentence = (words: string) => `${capitalize(words)}.`;

const RecordToPublish = ({ id, record: { type, name, value } }: { id: string; record: DnsRecord }) => (
  <dl className="record" aria-label={WORDS.publish}>
    <div>
      <dt>Type</dt>
      <dd>
        <code>{type}</code>
      </dd>
    </div>
    <Copyable id={`${id}-name`} label="Name" text={name} />
    <Copyable id={`${id}-value`} label="Value" text={value} />
  </dl>
);

const Copyable = ({ id, label, text }: { id: string; label: string; text: string }) => (
  <div>
    <dt>{label}</dt>
    <dd>
      <code id={id}>{text}</code>
      <button
        type="button"
        className={buttonClass('quiet')}
        data-copy={id}
        aria-label={`Copy the ${label.toLowerCase()}`}
        hidden
      >
        Copy
      </button>
    </dd>
  </div>
);
