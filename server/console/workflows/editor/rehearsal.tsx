/** What the draft would have done with the events of the log: a table, and each email as it would have been. */
import type { Rehearsal, Rehearsed } from '../../../../shared/api';
import { isContactEventType } from '../../../../shared/contact-events';
import {
  nameStop,
  NOT_IN_LOG,
  REHEARSAL_LEAD,
  REHEARSAL_LIMITS,
  REHEARSAL_VERDICT_WORDS,
} from '../../../../shared/words/rehearsal';
import { Badge } from '../../components/badge';
import { Empty, FactList, Section } from '../../components/blocks';
import { buttonClass, SelectField } from '../../components/form';
import { Table, type Column } from '../../components/table';
import { Count, None, Plural, Time } from '../../components/values';
import { useEditor } from './context';

/** One line of the sample, with what the page says of it. */
export interface RehearsalRow extends Rehearsed {
  id: string;
  stepName: string | null;
  /** Where the step stands in the draft; null for what is no email. */
  place: string | null;
}

export interface RehearsalShown {
  days: number;
  result: Rehearsal;
  rows: readonly RehearsalRow[];
}

const DAYS = [7, 30, 90];
const FRAME = 'rehearsal-mail';

export function RehearsalSection({ shown }: { shown: RehearsalShown | null }) {
  const { workflowId, offers } = useEditor();
  if (isContactEventType(offers.trigger))
    return (
      <Section title="Rehearsal" id="rehearsal">
        <p className="hint">{NOT_IN_LOG}</p>
      </Section>
    );
  const action = `/workflows/${workflowId}/rehearse`;
  return (
    <Section title="Rehearsal" id="rehearsal" lead={REHEARSAL_LEAD}>
      <div className="row-fields">
        <SelectField
          id="rehearse_days"
          name="rehearse_days"
          label="Over the last"
          defaultValue={String(shown?.days ?? 30)}
          options={DAYS.map((days) => ({ value: String(days), label: `${days} days` }))}
          data-not-saved=""
        />
        <button className={buttonClass()} formAction={action} hx-post={action} hx-disabled-elt="this" formNoValidate>
          <span className="when-idle">Rehearse</span>
          <span className="when-waiting">Reading the log…</span>
        </button>
      </div>
      {shown && <Result {...shown} />}
    </Section>
  );
}

function Result({ result, rows, days }: RehearsalShown) {
  if (result.would_start === 0 && rows.length === 0)
    return (
      <Empty icon="info" title="Nothing would have started">
        {`No event of the last ${days} days fits the trigger and belongs to a contact.`}
      </Empty>
    );
  return (
    <div className="rehearsal" role="status">
      <FactList
        facts={[
          ['Would have started', <Plural key="runs" count={result.would_start} one="run" />],
          ['Would have sent', <Plural key="emails" count={result.would_send} one="email" />],
          ...Object.entries(result.stopped).map(
            ([reason, count]) => [nameStop(reason), <Count key={reason} value={count} />] as const,
          ),
        ]}
      />
      <p className="hint">{REHEARSAL_LIMITS}</p>
      {rows.length > 0 && (
        <>
          <Table caption="The latest of them" columns={COLUMNS} rows={rows} />
          <p className="hint">Show an email of the table to read it here.</p>
          <div className="preview">
            <div className="preview-frame">
              <iframe name={FRAME} title="An email of the rehearsal" sandbox="" />
            </div>
          </div>
        </>
      )}
    </div>
  );
}

function ShowMail({ row: { place, event, address } }: { row: RehearsalRow }) {
  const { workflowId } = useEditor();
  if (place === null) return <None words="no email" />;
  return (
    <button
      className={buttonClass('quiet')}
      name="rehearsed"
      value={`${place} ${event}`}
      formAction={`/workflows/${workflowId}/preview`}
      formTarget={FRAME}
      formNoValidate
      aria-label={`Show the email to ${address ?? 'a deleted contact'}`}
    >
      Show
    </button>
  );
}

/** No email of a step: the run ended there. */
const Ended = ({ at }: { at: string | null }) => (at === null ? <None words="no email" /> : <>Run ended at: {at}</>);

const COLUMNS: readonly Column<RehearsalRow>[] = [
  {
    label: 'Contact',
    kind: 'main',
    cell: ({ contact, address }) =>
      address === null ? <None words="deleted" /> : <a href={`/audience/${contact}`}>{address}</a>,
  },
  { label: 'When', cell: ({ at }) => <Time at={at} /> },
  { label: 'Subject', kind: 'wide', cell: ({ subject, stepName }) => subject ?? <Ended at={stepName} /> },
  {
    label: 'Outcome',
    cell: ({ verdict, outcome }) => (
      <>
        <Badge {...REHEARSAL_VERDICT_WORDS[verdict]} />
        {outcome && <div className="hint">{outcome}</div>}
      </>
    ),
  },
  { label: 'Email', kind: 'end', cell: (row) => <ShowMail row={row} /> },
];
