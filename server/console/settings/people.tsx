/** Settings → People: who is signed in to this account, and the way to end each. */
import type { SessionView } from '../../installs/sessions';
import { Badge } from '../components/badge';
import { ButtonForm, Confirm } from '../components/form';
import { Table, type Column } from '../components/table';
import { Plural, Time } from '../components/values';
import { useViewer } from '../page';
import { SettingsShell } from './sections';

export const PEOPLE_PATH = '/settings/people';

export interface PeoplePageProps {
  sessions: readonly SessionView[];
  /** The id hash of the one that looks. */
  own: string;
}

export function PeoplePage({ sessions, own }: PeoplePageProps) {
  const { isLimited } = useViewer();
  return (
    <SettingsShell
      page="people"
      lead="Everyone who is signed in to this account. A session ends 30 days after its last use, and 90 days after it began."
      actions={
        isLimited ? (
          <ButtonForm action="/session/sign-out" label="Sign out" />
        ) : (
          <Confirm
            label="Sign out everywhere…"
            action="/session/sign-out-everywhere"
            words={
              <>
                This ends every session below, of everybody and in every browser:{' '}
                <Plural count={sessions.length} one="session" />, yours too. Each signs in again through Stripe.
              </>
            }
            confirm="Sign everybody out"
          />
        )
      }
    >
      <Table
        caption="Sessions"
        columns={columnsFor(own, isLimited)}
        rows={sessions.map((session) => ({ id: session.idHash, ...session }))}
      />
    </SettingsShell>
  );
}

type Row = SessionView & { id: string };

const columnsFor = (own: string, isLimited: boolean): Column<Row>[] => [
  {
    label: 'Browser',
    kind: 'main',
    cell: ({ id, browser }) => (
      <>
        {browser ?? 'Unknown browser'} {id === own && <Badge tone="info" label="This session" />}
      </>
    ),
  },
  { label: 'Through', cell: ({ kind }) => (kind === 'full' ? 'Sign-in' : 'Link from the Dashboard') },
  { label: 'Signed in', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { label: 'Last used', cell: ({ usedAt }) => <Time at={usedAt} /> },
  {
    label: 'Sign out',
    kind: 'act',
    cell: ({ id, browser }) =>
      (id === own || !isLimited) && (
        <ButtonForm
          action="/session/end"
          label="Sign out"
          fields={{ session: id }}
          describe={id === own ? 'Sign out of this session' : `Sign out ${browser ?? 'an unknown browser'}`}
        />
      ),
  },
];
