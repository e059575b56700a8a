/** Transactional emails: those that other programs send through the API. */
import {
  TRANSACTIONAL_NAME_LENGTH,
  type TransactionalContent,
  type TransactionalView,
} from '../../../shared/transactional';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, LinkButton, PageHead, Section } from '../components/blocks';
import { Confirm, PostForm, TextAreaField, TextField, buttonClass } from '../components/form';
import { PreviewFrame } from '../components/preview-frame';
import { Table, type Column } from '../components/table';
import { None, Time } from '../components/values';
import { Shell } from '../layout';

export const TRANSACTIONAL_PATH = '/emails/transactional';

export interface TransactionalListProps {
  emails: readonly TransactionalView[];
  /** A new one's name that was refused, and why. */
  refused?: { name: string; words: string } | undefined;
}

export const TransactionalListPage = ({ emails, refused }: TransactionalListProps) => (
  <Shell title="Transactional emails" section="emails">
    <PageHead
      title="Transactional emails"
      back={{ href: '/emails', label: 'Emails' }}
      lead="Written here, sent by your own programs through the API: a password reset, a sign-in link, a receipt."
      actions={<LinkButton href="/settings/api">API keys</LinkButton>}
    />
    {emails.length === 0 ? (
      <Empty icon="emails" title="No transactional emails yet">
        Name one below, write it with data variables such as <code>{'{{ resetLink }}'}</code>, and publish it.
      </Empty>
    ) : (
      <Table caption="Transactional emails" columns={COLUMNS} rows={emails} />
    )}
    <Section title="New transactional email">
      <Card>
        <PostForm action={TRANSACTIONAL_PATH} className="stack">
          <TextField
            id="name"
            name="name"
            label="Name"
            hint="For you: recipients don’t see it."
            defaultValue={refused?.name ?? ''}
            error={refused?.words}
            maxLength={TRANSACTIONAL_NAME_LENGTH}
            autoComplete="off"
            required
          />
          <div>
            <button className={buttonClass('primary')}>Create draft</button>
          </div>
        </PostForm>
      </Card>
    </Section>
  </Shell>
);

const stateOf = ({ is_published, has_changes }: TransactionalView) =>
  is_published
    ? ({ tone: 'good', label: has_changes ? 'Published, draft differs' : 'Published' } as const)
    : ({ tone: 'plain', label: 'Draft' } as const);

const COLUMNS: readonly Column<TransactionalView>[] = [
  {
    label: 'Email',
    kind: 'main',
    cell: ({ id, name, draft }) => (
      <>
        <a className="row-link" href={`${TRANSACTIONAL_PATH}/${id}`}>
          {name}
        </a>
        {draft.subject && <span className="row-sub">{draft.subject}</span>}
      </>
    ),
  },
  { label: 'State', cell: (email) => <Badge {...stateOf(email)} /> },
  {
    label: 'Data variables',
    isMinor: true,
    cell: ({ variables }) => (variables.length > 0 ? variables.join(', ') : <None />),
  },
  { label: 'Changed', kind: 'end', cell: ({ updated_at }) => <Time at={updated_at} as="relative" /> },
];

export interface TransactionalDraft {
  name: string;
  content: TransactionalContent;
  revision: number;
  /** By field. */
  errors: Record<string, string>;
  isConflict: boolean;
}

export function TransactionalPage({
  email,
  draft,
}: {
  email: TransactionalView;
  draft?: TransactionalDraft | undefined;
}) {
  const path = `${TRANSACTIONAL_PATH}/${email.id}`;
  const {
    name,
    content,
    revision,
    errors = {},
  } = draft ?? { name: email.name, content: email.draft, revision: email.revision };
  return (
    <Shell title={email.name} section="emails" isWide>
      <PageHead
        title={email.name}
        badge={<Badge {...stateOf(email)} />}
        back={{ href: TRANSACTIONAL_PATH, label: 'Transactional emails' }}
        lead={
          <>
            In the API: <code id="transactional-id">{email.id}</code>{' '}
            <button type="button" className={buttonClass('quiet')} data-copy="transactional-id" hidden>
              Copy
            </button>
          </>
        }
      />
      {draft?.isConflict && (
        <Banner tone="warn" title="Not saved" actions={<LinkButton href={path}>Load it again</LinkButton>}>
          Somebody else saved this email meanwhile. Load it again to see what they wrote; what you wrote is below.
        </Banner>
      )}
      <PostForm action={path} data-warn-unsaved="" className={draft ? 'stack is-dirty' : 'stack'}>
        <input type="hidden" name="revision" value={revision} />
        <Card>
          <div className="email-edit" data-email="">
            <div>
              <TextField
                id="name"
                name="name"
                label="Name"
                defaultValue={name}
                error={errors.name}
                maxLength={TRANSACTIONAL_NAME_LENGTH}
                autoComplete="off"
              />
              <TextField
                id="subject"
                name="subject"
                label="Subject"
                defaultValue={content.subject}
                error={errors.subject}
                autoComplete="off"
              />
              <TextField
                id="preview_text"
                name="preview_text"
                label="Preview text"
                defaultValue={content.preview_text}
                error={errors.preview_text}
                hint="Shown in the inbox after the subject."
                autoComplete="off"
              />
              <TextAreaField
                id="body"
                name="body"
                label="Body"
                className="code"
                rows={16}
                defaultValue={content.body}
                error={errors.body}
                hint={
                  <>
                    Markdown. A link alone on its line becomes a button. <code>{'{{ name }}'}</code> is a data variable
                    that the program gives; one with a default may be left out:{' '}
                    <code>{'{{ name | default: "there" }}'}</code>.
                  </>
                }
              />
            </div>
            <Preview path={path} />
          </div>
        </Card>
        <div className="actions">
          {/* The first is what Enter in a field presses. */}
          <button className={buttonClass()}>Save draft</button>
          <button className={buttonClass('primary')} name="then" value="publish">
            Publish
          </button>
        </div>
      </PostForm>
      {!email.is_published && (
        <Section title="Delete">
          <Confirm
            label="Delete draft…"
            action={`${path}/delete`}
            confirm="Delete draft"
            words="It was never published, so no program sends it. This can’t be undone."
          />
        </Section>
      )}
    </Shell>
  );
}

const Preview = ({ path }: { path: string }) => (
  <PreviewFrame
    name="transactional-preview"
    action={`${path}/preview`}
    bar={<p className="hint">Each data variable shows its name.</p>}
  />
);
