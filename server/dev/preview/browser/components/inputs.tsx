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
type Typed = Common & { defaultValue?: string; placeholder?: string; maxLength?: number };

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

export function TextField({ label, description, onChange, ...input }: Typed) {
  return (
    <Labelled label={label} description={description}>
      {(ids) => <input type="text" {...ids} {...plain(input)} onChange={tell(onChange)} />}
    </Labelled>
  );
}

export function TextArea({ label, description, onChange, rows, ...input }: Typed & { rows?: number }) {
  return (
    <Labelled label={label} description={description}>
      {(ids) => <textarea rows={rows} {...ids} {...plain(input)} onChange={tell(onChange)} />}
    </Labelled>
  );
}

export function Select({ label, description, onChange, children, ...input }: Typed & { children: ReactNode }) {
  return (
    <Labelled label={label} description={description}>
      {(ids) => (
        <select {...ids} {...plain(input)} onChange={tell(onChange)}>
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

function Labelled({
  label,
  description,
  children,
}: {
  label: ReactNode;
  description?: string;
  children: (ids: { id: string; 'aria-describedby'?: string }) => ReactNode;
}) {
  const id = useId();
  const describedBy = description ? `${id}-description` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {description && <p id={describedBy}>{description}</p>}
      {children({ id, 'aria-describedby': describedBy })}
    </div>
  );
}
