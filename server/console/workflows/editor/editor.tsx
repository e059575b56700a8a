/** The editor of one workflow. The form is the draft: see draft.ts. */
import type { WorkflowView } from '../../../../shared/api';
import { WORKFLOW_NAME_LENGTH } from '../../../../shared/limits';
import type { StripeSend } from '../../../../shared/stripe-sends';
import { DRAFT_WORDS, EVENT_OFF_WORDS } from '../../../../shared/words/workflows';
import type { Definition } from '../../../../shared/workflow';
import type { Uncounted } from '../../../workflows/read-workflows';
import { PageHead } from '../../components/blocks';
import {
  ButtonForm,
  Confirm,
  PostForm,
  SaveOnEnter,
  SelectField,
  TextField,
  buttonClass,
  type SelectOption,
} from '../../components/form';
import { Count, Plural } from '../../components/values';
import { Shell } from '../../layout';
import { WorkflowBadges, WorkflowTabs } from '../workflow-tabs';
import { UnpublishedChanges, type Unpublished } from './changes';
import { EditorProvider, type EditorState } from './context';
import { EmailEditorScript } from './email-step';
import { DraftPicture } from './draft-picture';
import { EventOff } from './event-off';
import { MergeTags } from './merge-tags';
import { Notes, type NotesProps } from './notes';
import { RehearsalSection, type RehearsalShown } from './rehearsal';
import { StepList } from './steps';
import { TriggerFields } from './trigger';

export interface EditorPageProps extends NotesProps {
  /** Left out where only the editor of the page is wanted. */
  counts: WorkflowView['counts'] | undefined;
  /** The values of the fields: as saved, or as posted. */
  draft: Definition;
  /** The revision the draft was made from. */
  revision: number;
  isDirty: boolean;
  /** Null where all is published. */
  unpublished: Unpublished | null;
  editor: EditorState;
  /** Recent events of this type, for the preview. */
  previewEvents: readonly SelectOption[];
  previewEvent: string;
  isEventOff: boolean;
  /** Stripe sends this as well. */
  double: StripeSend | undefined;
  rehearsal: RehearsalShown | null;
}

export const FORM = 'workflow-form';

export function EditorPage(props: EditorPageProps) {
  const { workflow, counts, draft, editor } = props;
  const { id } = workflow;
  const isStuck = workflow.status === 'active' && props.isEventOff;
  return (
    <Shell title={workflow.name} section="workflows" isWide>
      <PageHead
        title={workflow.name}
        badge={<WorkflowBadges workflow={workflow} />}
        back={{ href: '/workflows', label: 'Workflows' }}
        lead={counts && <Lead id={id} counts={counts} />}
        actions={<Actions workflow={workflow} />}
      />
      <WorkflowTabs id={id} current="editor" />
      <EmailEditorScript />
      <EditorProvider value={editor}>
        <div id="editor" hx-target="#editor" hx-select="#editor" hx-swap="outerHTML">
          <Notes {...props} />
          {props.unpublished && <UnpublishedChanges {...props.unpublished} revision={props.revision} />}
          <div className="editor-sides">
            <div className="editor-form">
              <PostForm
                action={`/workflows/${id}`}
                id={FORM}
                className={props.isDirty ? 'editor is-dirty' : 'editor'}
                data-warn-unsaved=""
                noValidate
              >
                <SaveOnEnter />
                <input type="hidden" name="revision" value={props.revision} />
                {isStuck && <EventOff event={draft.trigger.event} title={EVENT_OFF_WORDS.active} />}
                <div className="row-fields">
                  <TextField
                    id="name"
                    name="name"
                    label="Name"
                    defaultValue={draft.name}
                    error={editor.problems.name}
                    maxLength={WORKFLOW_NAME_LENGTH}
                    autoComplete="off"
                  />
                  <SelectField
                    id="preview_event"
                    name="preview_event"
                    label="Show previews with"
                    defaultValue={props.previewEvent}
                    options={[{ value: '', label: 'Sample data' }, ...props.previewEvents]}
                    data-preview-source=""
                    data-not-saved=""
                  />
                </div>
                <TriggerFields draft={draft} isEventOff={props.isEventOff && !isStuck} double={props.double} />
                {draft.steps.length > 1 && (
                  <button type="button" className={`${buttonClass('quiet')} fold-all`} data-fold-all="" hidden>
                    Collapse or expand all steps
                  </button>
                )}
                <StepList place="steps" steps={draft.steps} label="Steps" />
                <MergeTags />
                <RehearsalSection shown={props.rehearsal} />
                <SaveBar status={workflow.status} />
              </PostForm>
            </div>
            <DraftPicture id={id} draft={draft} problems={editor.problems} lists={editor.lists} form={FORM} />
          </div>
        </div>
      </EditorProvider>
    </Shell>
  );
}

const Lead = ({ id, counts }: Pick<WorkflowView, 'id' | 'counts'>) => (
  <>
    <a href={`/workflows/${id}/runs`}>
      <Count value={counts.running} /> running, <Count value={counts.finished} /> finished
    </a>{' '}
    ·{' '}
    <a href={`/emails?workflow=${id}`}>
      <Plural count={counts.emails} one="email" />
    </a>
  </>
);

function Actions({ workflow: { id, status } }: { workflow: Uncounted }) {
  const path = `/workflows/${id}`;
  return (
    <>
      {status === 'active' && <ButtonForm action={`${path}/pause`} label="Pause" />}
      {status === 'paused' && <ButtonForm action={`${path}/activate`} label="Activate" />}
      <ButtonForm action={`${path}/duplicate`} label="Duplicate" />
      <Confirm
        label="Delete…"
        action={`${path}/delete`}
        words="Runs under way end, and emails that wait to be sent are dropped. Sent emails stay in the list."
        confirm="Delete workflow"
      />
    </>
  );
}

function SaveBar({ status }: { status: WorkflowView['status'] }) {
  const isDraft = status === 'draft';
  return (
    <div className="save-bar">
      <button className={buttonClass()}>{isDraft ? 'Save' : 'Save draft'}</button>
      <button className={buttonClass('primary')} name="then" value={isDraft ? 'activate' : 'publish'}>
        {isDraft ? 'Save and activate' : DRAFT_WORDS.publish}
      </button>
      <span className="unsaved" role="status">
        You have changes that are not saved.
      </span>
    </div>
  );
}
