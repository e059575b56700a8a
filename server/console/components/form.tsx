/** Forms: every one that changes something is a PostForm, which carries the session's CSRF token. */
import type { ComponentProps, ReactNode } from 'react';
import { usePage, usePageAddress } from '../page';

export function PostForm({ children, ...props }: ComponentProps<'form'> & { action: string }) {
  const { csrfToken } = usePage();
  return (
    <form method="post" {...props}>
      <input type="hidden" name="csrf_token" value={csrfToken} />
      {children}
    </form>
  );
}

/** A PostForm with a file. */
export const UploadForm = (props: ComponentProps<'form'> & { action: string }) => (
  <PostForm encType="multipart/form-data" {...props} />
);

/** First in a form with several buttons: the Enter key presses a form's first button, and should save. */
export const SaveOnEnter = () => (
  <button className="sr-only" tabIndex={-1} aria-hidden="true">
    Save
  </button>
);

/** A form that is one button. */
export function ButtonForm(props: {
  action: string;
  label: ReactNode;
  tone?: ButtonTone;
  fields?: Record<string, string>;
  describe?: string;
}) {
  return (
    <PostForm action={props.action} className="button-form">
      {Object.entries(props.fields ?? {}).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button className={buttonClass(props.tone)} aria-label={props.describe}>
        {props.label}
      </button>
    </PostForm>
  );
}

export type ButtonTone = 'primary' | 'plain' | 'danger' | 'quiet';
export const buttonClass = (tone: ButtonTone = 'plain') => `button button-${tone}`;

/** The first press shows what an action does, the second does it. Needs no script. `plain` where nothing is lost for good. */
export function Confirm({
  label,
  action,
  words,
  confirm,
  tone = 'danger',
  children,
}: {
  label: ReactNode;
  action: string;
  words: ReactNode;
  confirm: string;
  tone?: 'danger' | 'plain';
  children?: ReactNode;
}) {
  return (
    <details className={tone === 'plain' ? 'confirm confirm-plain' : 'confirm'}>
      <summary className={buttonClass(tone)}>{label}</summary>
      <PostForm action={action} className="confirm-body">
        <p>{words}</p>
        {children}
        <div className="actions">
          <button className={buttonClass(tone === 'plain' ? 'primary' : 'danger')}>{confirm}</button>
          <CancelLink />
        </div>
      </PostForm>
    </details>
  );
}

/** Closes the confirmation that it stands in; without script by loading the page again. Esc and a click elsewhere do too. */
export const CancelLink = () => (
  <a className={buttonClass()} href={usePageAddress()} data-cancel="">
    Cancel
  </a>
);

interface FieldProps {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  /** Shown to screen readers only: where the column or place says it already. */
  isLabelHidden?: boolean;
}

const describedBy = ({ id, hint, error }: FieldProps) =>
  [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;

function Field({ id, label, hint, error, isLabelHidden, children }: FieldProps & { children: ReactNode }) {
  return (
    <div className={error ? 'field field-bad' : 'field'}>
      <label htmlFor={id} className={isLabelHidden ? 'sr-only' : undefined}>
        {label}
      </label>
      {children}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError id={id} error={error} />
    </div>
  );
}

export const FieldError = ({ id, error }: { id: string; error?: ReactNode }) =>
  error ? (
    <p className="field-error" id={`${id}-error`}>
      {error}
    </p>
  ) : null;

export function TextField({ label, hint, error, isLabelHidden, ...input }: FieldProps & ComponentProps<'input'>) {
  const field = { id: input.id, label, hint, error, isLabelHidden };
  return (
    <Field {...field}>
      <input type="text" aria-invalid={error ? true : undefined} aria-describedby={describedBy(field)} {...input} />
    </Field>
  );
}

export function TextAreaField({
  label,
  hint,
  error,
  isLabelHidden,
  ...input
}: FieldProps & ComponentProps<'textarea'>) {
  const field = { id: input.id, label, hint, error, isLabelHidden };
  return (
    <Field {...field}>
      <textarea aria-invalid={error ? true : undefined} aria-describedby={describedBy(field)} {...input} />
    </Field>
  );
}

export function SelectField({
  label,
  hint,
  error,
  isLabelHidden,
  options,
  ...input
}: FieldProps & ComponentProps<'select'> & { options: readonly SelectOption[] }) {
  const field = { id: input.id, label, hint, error, isLabelHidden };
  return (
    <Field {...field}>
      <select aria-invalid={error ? true : undefined} aria-describedby={describedBy(field)} {...input}>
        <SelectOptions options={options} />
      </select>
    </Field>
  );
}

export interface SelectOption {
  value: string;
  label: string;
  group?: string;
}

/** Options with a group are listed together under its name. */
function SelectOptions({ options }: { options: readonly SelectOption[] }) {
  const groups = [...new Set(options.map((option) => option.group))];
  return (
    <>
      {groups.map((group) => {
        const members = options
          .filter((option) => option.group === group)
          .map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ));
        return group ? (
          <optgroup key={group} label={group}>
            {members}
          </optgroup>
        ) : (
          members
        );
      })}
    </>
  );
}

export function RadioField({
  label,
  name,
  value,
  options,
  hint,
  isLabelHidden,
}: {
  label: string;
  isLabelHidden?: boolean;
  name: string;
  value: string;
  options: readonly (SelectOption & { hint?: string })[];
  hint?: string;
}) {
  return (
    <fieldset className="choices">
      <legend className={isLabelHidden ? 'sr-only' : undefined}>{label}</legend>
      {hint && <p className="hint">{hint}</p>}
      {options.map((option) => (
        <label key={option.value} className="choice">
          <input type="radio" name={name} value={option.value} defaultChecked={option.value === value} />
          <span>
            {option.label}
            {option.hint && <span className="hint">{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function Check({
  name,
  isOn,
  children,
  ...input
}: { name: string; isOn: boolean; children: ReactNode } & Omit<ComponentProps<'input'>, 'name'>) {
  return (
    <label className="check">
      <input type="checkbox" name={name} defaultChecked={isOn} {...input} />
      <span>{children}</span>
    </label>
  );
}
