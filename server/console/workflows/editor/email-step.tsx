/** An email being written, beside its preview. */
import type { EmailStep } from '../../../../shared/workflow';
import { Banner } from '../../components/blocks';
import { SelectField, TextAreaField, TextField, buttonClass } from '../../components/form';
import { PreviewFrame } from '../../components/preview-frame';
import { usePage } from '../../page';
import { domId, useEditor } from './context';
import { ListChoice } from './list-choice';

/** Makes every body's text field an editor; stands once on a page. */
export const EmailEditorScript = () => <script src={usePage().assets.emailEditor} defer />;

export function EmailFields({ place, step }: { place: string; step: EmailStep }) {
  const { problems, lacksPostalAddress } = useEditor();
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
          data-email-body=""
          rows={14}
          hint="Markdown. A link alone on its line becomes a button."
          spellCheck
        />
      </div>
      <Preview place={place} />
    </div>
  );
}

function Preview({ place }: { place: string }) {
  const { workflowId } = useEditor();
  return (
    <PreviewFrame
      name={`preview-${domId(place)}`}
      action={`/workflows/${workflowId}/preview`}
      place={place}
      bar={
        <>
          <Choice name={`view.${place}`} label="Preview as" options={VIEWS} />
          <Choice name={`scheme.${place}`} label="Colours of the reader’s mail program" options={SCHEMES} />
        </>
      }
    >
      <SendTest place={place} />
    </PreviewFrame>
  );
}

function Choice({
  name,
  label,
  options,
}: {
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
}) {
  return (
    <div className="segments" role="radiogroup" aria-label={label}>
      {options.map(({ value, label: words }, index) => (
        <label key={value}>
          <input type="radio" name={name} value={value} defaultChecked={index === 0} data-not-saved="" />
          {words}
        </label>
      ))}
    </div>
  );
}

const VIEWS = [
  { value: 'desktop', label: 'Desktop' },
  { value: 'phone', label: 'Phone' },
  { value: 'text', label: 'Plain text' },
] as const;

const SCHEMES = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

/** What became of it is said beside its button: with a script, nothing else on the page moves. */
function SendTest({ place }: { place: string }) {
  const { workflowId, testTo, test } = useEditor();
  const path = `/workflows/${workflowId}/test`;
  const result = `test-result-${domId(place)}`;
  const shown = test?.place === place ? test : null;
  return (
    <>
      <div className="row-fields">
        <TextField
          id={`test-${domId(place)}`}
          name={`test_to.${place}`}
          type="email"
          label="Send a test to"
          defaultValue={testTo}
          aria-describedby={result}
          data-enter-presses={`send-${domId(place)}`}
          data-not-saved=""
          autoComplete="email"
        />
        <button
          className={buttonClass()}
          id={`send-${domId(place)}`}
          name="test"
          value={place}
          formAction={path}
          hx-post={path}
          hx-target={`#${result}`}
          hx-select={`#${result} > span`}
          hx-swap="innerHTML"
        >
          Send test
        </button>
      </div>
      <p id={result} className="test-result" role="status">
        {shown && <span className={`test-result-${shown.tone}`}>{shown.text}</span>}
      </p>
    </>
  );
}
