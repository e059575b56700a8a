/** What was forwarded and what became of it, by state. */
import { entryOf, isTriggerType } from '../../../shared/catalogue';
import { FORWARD_STATUSES, type ForwardStatus } from '../../../shared/forwarding';
import { FORWARD_KIND_WORDS, FORWARD_STATUS_WORDS, FORWARDING_WORDS as WORDS } from '../../../shared/words/forwarding';
import type { TwoWayList } from '../../db/page';
import type { listForwards } from '../../forwarding/forward-log';
import { Badge } from '../components/badge';
import { Empty, Section, Tabs } from '../components/blocks';
import { href } from '../components/filters';
import { ButtonForm } from '../components/form';
import { refreshes } from '../components/refreshes';
import { Pages } from '../components/pages';
import { Table, type Column } from '../components/table';
import { LogTime, Sentence, Time } from '../components/values';
import { FORWARDING_PATH } from './forwarding';

type Listed = Awaited<ReturnType<typeof listForwards>>['data'][number];

export interface ForwardLogProps {
  list: TwoWayList<Listed>;
  status: ForwardStatus | undefined;
}

/** Refreshes itself while something new is on its way. */
const isMoving = ({ data, has_newer }: TwoWayList<Listed>) =>
  !has_newer && data.some(({ status, attempts }) => status === 'waiting' && attempts <= 1);

export function ForwardLog({ list, status, ...shown }: ForwardLogProps & Shown) {
  const tabs = [undefined, ...FORWARD_STATUSES].map((one) => ({
    href: `${href(FORWARDING_PATH, { status: one })}#log`,
    label: one ? FORWARD_STATUS_WORDS[one].label : WORDS.allStates,
    isCurrent: one === status,
  }));
  return (
    <Section id="log" title={WORDS.log} lead={WORDS.logLead}>
      <Tabs label={WORDS.state} tabs={tabs} />
      {list.data.length === 0 ? (
        <Empty icon="events" title={WORDS.nothing}>
          {status ? WORDS.nothingOfState : WORDS.nothingYet}
        </Empty>
      ) : (
        <div
          id="forward-log"
          {...(isMoving(list) && refreshes({ id: 'forward-log', url: href(FORWARDING_PATH, { status }), seconds: 3 }))}
        >
          <Table caption={WORDS.log} columns={columnsFor(shown)} rows={list.data} />
          <Pages path={FORWARDING_PATH} filter={{ status }} list={list} />
        </div>
      )}
    </Section>
  );
}

interface Shown {
  isLimited: boolean;
  /** The key is taken: what waits has a time. */
  isOn: boolean;
  /** The key is refused, or not taken yet. */
  waitsForKey: boolean;
}

const columnsFor = (shown: Shown): Column<Listed>[] => [
  { label: 'What', kind: 'main', cell: (row) => <What row={row} /> },
  { label: 'State', cell: ({ status }) => <Badge {...FORWARD_STATUS_WORDS[status]} /> },
  { label: 'Outcome', kind: 'wide', cell: (row) => <Outcome row={row} {...shown} /> },
  { label: 'When', cell: ({ decided_at, created_at }) => <LogTime at={decided_at ?? created_at} /> },
];

function Outcome({ row, isLimited, isOn, waitsForKey }: { row: Listed } & Shown) {
  const { id, kind, status, outcome, address, due_at, attempts } = row;
  const mayGoAgain =
    isOn && !isLimited && (status === 'failed' || status === 'canceled') && (kind !== 'deletion' || address !== null);
  return (
    <>
      {status === 'waiting' && waitsForKey ? WORDS.waitsForKey : <Sentence text={outcome} />}
      {isOn && status === 'waiting' && attempts > 0 && due_at !== null && (
        <span className="row-sub">
          {WORDS.nextTry} <Time at={due_at} as="seconds" />
        </span>
      )}
      {mayGoAgain && (
        <span className="forward-again">
          <ButtonForm action={`${FORWARDING_PATH}/${id}/again`} label={WORDS.again} />
        </span>
      )}
    </>
  );
}

function What({ row: { kind, object_id, contact_id, event_type, email } }: { row: Listed }) {
  const label =
    kind === 'event' && event_type && isTriggerType(event_type) ? entryOf(event_type).label : FORWARD_KIND_WORDS[kind];
  const path = kind === 'event' ? `/events/${object_id}` : contact_id === null ? null : `/audience/${contact_id}`;
  return (
    <>
      {path ? <a href={path}>{label}</a> : <span className="strong">{label}</span>}
      {email && <span className="row-sub">{email}</span>}
    </>
  );
}
