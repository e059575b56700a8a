/** That the event of a workflow is off, and what turns it on. Stands within the editor's form. */
import { entryOf, type TriggerType } from '../../../../shared/catalogue';
import { EVENT_OFF_WORDS } from '../../../../shared/words/workflows';
import { Banner } from '../../components/blocks';
import { buttonClass } from '../../components/form';
import { useEditor } from './context';

export function EventOff({ event, title }: { event: TriggerType; title?: string }) {
  const action = `/workflows/${useEditor().workflowId}/turn-on`;
  return (
    <Banner
      tone="warn"
      title={title}
      actions={
        <button className={buttonClass()} formAction={action} hx-post={action} formNoValidate>
          {EVENT_OFF_WORDS.turnOn}
        </button>
      }
    >
      “{entryOf(event).label}” is off, or starts no workflows, in the <a href="/settings/stripe">settings</a>.
    </Banner>
  );
}
