/** Inputs tell views of a change by a plain copy, as the Dashboard does: `{target: {value, checked}}`. */
import { type ChangeEvent, type ReactNode, useId } from 'react';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
interface Common {
  label?: ReactNode;
  description?: string;
  name?: string;
  disabled?: boolean;
  onChange?: (event: { target: { value: string; checked?: boolean } }) => void;
}
type Ticked = Common & { value?: string; defaultChecked?: boolean };
type Typed = Common & {
  defaultValue?: string;
  placeholder?: string;
  maxLength?: number;
  type?: string;
  invalid?: boolean;
  /** What is wrong with it; shown where it is invalid. */
  error?: string;
  hiddenElements?: readonly string[];
};

const tell =
  (onChange: Common['onChange']) =>
  ({ target }: ChangeEvent<Field>) =>
    onChange?.({ target: { value: target.value, ...('checked' in target ? { checked: target.checked } : {}) } });

function Tick({
  kind,
  label,
  description,
  name,
  value,
  disabled,
  defaultChecked,
  onChange,
}: Ticked & { kind: 'checkbox' | 'radio' | 'switch' }) {
  const id = useId();
  return (
    <div className={`tick tick-${kind}`}>
      <input
        id={id}
        type={kind === 'radio' ? 'radio' : 'checkbox'}
        role={kind === 'switch' ? 'switch' : undefined}
        name={name}
        value={value}
        disabled={disabled}
        defaultChecked={defaultChecked}
        aria-describedby={description ? `${id}-description` : undefined}
        onChange={tell(onChange)}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {description && <p id={`${id}-description`}>{description}</p>}
      </div>
    </div>
  );
}
export const Checkbox = (props: Ticked) => <Tick kind="checkbox" {...props} />;
export const Radio = (props: Ticked) => <Tick kind="radio" {...props} />;
export const Switch = (props: Ticked) => <Tick kind="switch" {...props} />;

export function TextField({ onChange, type = 'text', ...field }: Typed) {
  return (
    <Labelled {...field}>
      {(ids) => <input type={type} {...ids} {...plain(field)} onChange={tell(onChange)} />}
    </Labelled>
  );
}

export function TextArea({ onChange, rows, ...field }: Typed & { rows?: number }) {
  return (
    <Labelled {...field}>
      {(ids) => <textarea rows={rows} {...ids} {...plain(field)} onChange={tell(onChange)} />}
    </Labelled>
  );
}

export function Select({ onChange, children, ...field }: Typed & { children: ReactNode }) {
  return (
    <Labelled {...field}>
      {(ids) => (
        <select {...ids} {...plain(field)} onChange={tell(onChange)}>
          {children}
        </select>
      )}
    </Labelled>
  );
}

export const Option = ({ value, children }: { value: string; children: ReactNode }) => (
  <option value={value}>{children}</option>
);

const plain = ({ name, disabled, defaultValue, placeholder, maxLength }: Typed) => ({
  name,
  disabled,
  defaultValue,
  placeholder,
  maxLength,
});

interface Ids {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
}

function Labelled({
  label,
  description,
  invalid = false,
  error,
  hiddenElements = [],
  children,
}: Typed & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const wrong = invalid ? error : undefined;
  const describedBy = [description && `${id}-description`, wrong && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id} className={hiddenElements.includes('label') ? 'only-read-out' : undefined}>
        {label}
      </label>
      {description && <p id={`${id}-description`}>{description}</p>}
      {children({ id, 'aria-describedby': describedBy || undefined, 'aria-invalid': invalid || undefined })}
      {wrong && (
        <p id={`${id}-error`} className="field-error">
          {wrong}
        </p>
      )}
    </div>
  );
}
