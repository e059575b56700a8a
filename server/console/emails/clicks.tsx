/** Which links of an email were opened. */
import type { EmailClick } from '../../../shared/api';
import { AUTOMATIC_CLICKS_HINT, CLICK_LABELS } from '../../../shared/words/fields';
import { Section } from '../components/blocks';
import { Table, type Column } from '../components/table';
import { None, Time } from '../components/values';

export const Clicks = ({ clicks }: { clicks: readonly EmailClick[] }) => (
  <Section title="Clicked links" lead={AUTOMATIC_CLICKS_HINT}>
    <Table caption="Clicked links" columns={COLUMNS} rows={clicks.map((click) => ({ ...click, id: click.url }))} />
  </Section>
);

const COLUMNS: readonly Column<EmailClick>[] = [
  // As text: where a link leads is what an event or a workflow said.
  { label: CLICK_LABELS.url, kind: 'main', cell: ({ url }) => <code>{url}</code> },
  { label: CLICK_LABELS.clicks, kind: 'end', cell: ({ clicks }) => clicks },
  { label: CLICK_LABELS.automatic, kind: 'end', cell: ({ automatic }) => automatic },
  { label: CLICK_LABELS.first_at, cell: ({ first_at }) => (first_at ? <Time at={first_at} /> : <None words="–" />) },
];
