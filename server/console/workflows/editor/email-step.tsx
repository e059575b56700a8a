/** An email being written, beside its preview. */
import type { EmailStep } from '../../../../shared/workflow';
import { Banner } from '../../components/blocks';
import { SelectField, TextAreaField, TextField, buttonClass } from '../../components/form';
import { domId, useEditor } from './context';
import { ListChoice } from './list-choice';
import { MergeTags } from './merge-tags';

export function EmailFields({ place, step }: { place: string; step: EmailStep }) {
  const { problems, trigger, lacksPostalAddress } = useEditor();
  const { email } = step;
  const field = (name: string) => ({
    id: domId(`${place}.email.${name}`),
    name: `${place}.email.${name}`,
    error: problems[`${place}.email.${name}`],
  });
  return (
    <div className="email-edit" data-email="">
      <div>
        <SelectField
          {...field('kind')}
          label="Kind"
          defaultValue={email.kind}
          options={[
            { value: 'transactional', label: 'Transactional: about a purchase, goes to everyone' },
            { value: 'marketing', label: 'Marketing: goes to subscribed contacts, with an unsubscribe link' },
          ]}
        />
        <ListChoice place={place} step={step} />
        {email.kind === 'marketing' && lacksPostalAddress && (
          <Banner tone="warn">
            Marketing emails need your postal address in many countries.{' '}
            <a href="/settings/sending#sender.postal_address">Add it in the settings</a>.
          </Banner>
        )}
        <TextField
          {...field('subject')}
          label="Subject"
          defaultValue={email.subject}
          data-takes-tags=""
          autoComplete="off"
        />
        <TextField
          {...field('preview_text')}
          label="Preview text"
          defaultValue={email.preview_text}
          data-takes-tags=""
          hint="Shown in the inbox after the subject."
          autoComplete="off"
        />
        <TextAreaField
          {...field('body')}
          label="Body"
          className="code"
          defaultValue={email.body}
          data-takes-tags=""
          rows={14}
          hint="Markdown. A link alone on its line becomes a button."
          spellCheck
        />
        <MergeTags trigger={trigger} />
      </div>
      <Preview place={place} />
    </div>
  );
}

function Preview({ place }: { place: string }) {
  const { workflowId, testTo, problems } = useEditor();
  const frame = `preview-${domId(place)}`;
  const test = `/workflows/${workflowId}/test`;
  return (
    <div className="preview">
      <div className="preview-bar">
        <div className="segments" role="radiogroup" aria-label="Preview as">
          {VIEWS.map(({ value, label }, index) => (
            <label key={value}>
              <input type="radio" name={`view.${place}`} value={value} defaultChecked={index === 0} data-not-saved="" />
              {label}
            </label>
          ))}
        </div>
        <button
          className={buttonClass('quiet')}
          name="preview"
          value={place}
          formAction={`/workflows/${workflowId}/preview`}
          formTarget={frame}
          formNoValidate
          data-preview=""
        >
          Refresh
        </button>
      </div>
      <div className="preview-frame">
        <iframe name={frame} title="Preview of the email" sandbox="" />
      </div>
      <div className="row-fields">
        <TextField
          id={`test-${domId(place)}`}
          name={`test_to.${place}`}
          type="email"
          label="Send a test to"
          defaultValue={testTo}
          error={problems[`test_to.${place}`]}
          data-not-saved=""
          autoComplete="email"
        />
        <button className={buttonClass()} name="test" value={place} formAction={test} hx-post={test}>
          Send test
        </button>
      </div>
    </div>
  );
}

const VIEWS = [
  { value: 'desktop', label: 'Desktop' },
  { value: 'phone', label: 'Phone' },
  { value: 'text', label: 'Plain text' },
] as const;
