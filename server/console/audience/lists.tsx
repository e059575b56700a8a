/** Mailing lists: what they are, who may see them, how many are on each. */
import { LIST_DESCRIPTION_LENGTH, LIST_NAME_LENGTH, type MailingListView } from '../../../shared/mailing-lists';
import { Badge } from '../components/badge';
import { Card, Empty, PageHead, Section } from '../components/blocks';
import { Check, Confirm, PostForm, TextField, buttonClass } from '../components/form';
import { Table, type Column } from '../components/table';
import { Count } from '../components/values';
import { Shell } from '../layout';
import { useViewer } from '../page';

export const LISTS_PATH = '/audience/lists';

export interface ListDraft {
  name: string;
  description: string;
  is_public: boolean;
  /** By field. */
  errors?: Record<string, string>;
}

const EMPTY: ListDraft = { name: '', description: '', is_public: true };

export const ListsPage = ({ lists, draft }: { lists: readonly MailingListView[]; draft?: ListDraft | undefined }) => (
  <Shell title="Mailing lists" section="audience">
    <PageHead
      title="Mailing lists"
      back={{ href: '/audience', label: 'Audience' }}
      lead="A marketing email can be about one list: it then goes only to who is on it. Contacts join through the API, and public lists on their preferences page."
    />
    {lists.length === 0 ? (
      <Empty icon="audience" title="No mailing lists yet">
        Make one for what people can choose by itself, such as product news or tips.
      </Empty>
    ) : (
      <Table caption="Mailing lists" columns={COLUMNS} rows={lists} />
    )}
    <Section title="New list">
      <Card>
        <ListForm action={LISTS_PATH} draft={draft ?? EMPTY} label="Create list" />
      </Card>
    </Section>
  </Shell>
);

const visibility = (isPublic: boolean) =>
  ({ tone: isPublic ? 'info' : 'plain', label: isPublic ? 'Public' : 'Private' }) as const;

const COLUMNS: readonly Column<MailingListView>[] = [
  {
    label: 'List',
    kind: 'main',
    cell: ({ id, name, description }) => (
      <>
        <a className="row-link" href={`${LISTS_PATH}/${id}`}>
          {name}
        </a>
        {description && <span className="row-sub">{description}</span>}
      </>
    ),
  },
  { label: 'Visibility', cell: ({ is_public }) => <Badge {...visibility(is_public)} /> },
  { label: 'Id', isMinor: true, cell: ({ id }) => <code>{id}</code> },
  { label: 'Contacts', kind: 'end', cell: ({ contacts }) => <Count value={contacts} /> },
];

export function ListPage({ list, draft }: { list: MailingListView; draft?: ListDraft | undefined }) {
  const { isLimited } = useViewer();
  const path = `${LISTS_PATH}/${list.id}`;
  return (
    <Shell title={list.name} section="audience">
      <PageHead
        title={list.name}
        badge={<Badge {...visibility(list.is_public)} />}
        back={{ href: LISTS_PATH, label: 'Mailing lists' }}
        lead={
          <>
            In the API: <code>{list.id}</code>
          </>
        }
      />
      <Card>
        <ListForm action={path} draft={draft ?? { ...list, description: list.description ?? '' }} label="Save list" />
      </Card>
      {!isLimited && (
        <Section title="Delete">
          <Confirm
            label="Delete list…"
            action={`${path}/delete`}
            confirm="Delete list"
            words="Who is on it and who left it is forgotten. Emails about it are not sent any more. This can’t be undone."
          />
        </Section>
      )}
    </Shell>
  );
}

const ListForm = ({ action, draft, label }: { action: string; draft: ListDraft; label: string }) => (
  <PostForm action={action} className="stack">
    <TextField
      id="name"
      name="name"
      label="Name"
      defaultValue={draft.name}
      error={draft.errors?.name}
      maxLength={LIST_NAME_LENGTH}
      autoComplete="off"
      required
    />
    <TextField
      id="description"
      name="description"
      label="Description"
      hint="Contacts read it on their preferences page."
      defaultValue={draft.description}
      error={draft.errors?.description}
      maxLength={LIST_DESCRIPTION_LENGTH}
      autoComplete="off"
    />
    <Check name="is_public" isOn={draft.is_public}>
      Public: contacts see it on their preferences page, and join and leave it there
    </Check>
    <div>
      <button className={buttonClass('primary')}>{label}</button>
    </div>
  </PostForm>
);
