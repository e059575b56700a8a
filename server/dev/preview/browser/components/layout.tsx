import { type ReactNode, useState } from 'react';
import { boxStyle, type Css } from '../box-style';

export function Box({ css, children }: { css?: Css; children?: ReactNode }) {
  return <div style={boxStyle(css)}>{children}</div>;
}

export function Inline({ css, children }: { css?: Css; children?: ReactNode }) {
  return <span style={boxStyle(css)}>{children}</span>;
}

export const Divider = () => <hr className="divider" />;

export const Accordion = ({ children }: { children: ReactNode }) => <div className="accordion">{children}</div>;

export function AccordionItem({
  title,
  subtitle,
  defaultOpen = false,
  children,
}: {
  title: ReactNode;
  subtitle?: ReactNode;
  defaultOpen?: boolean;
  children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(defaultOpen);
  return (
    <section className="accordion-item">
      <button type="button" className="accordion-title" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span>
          <strong>{title}</strong>
          <small>{subtitle}</small>
        </span>
        <span className="chevron" aria-hidden />
      </button>
      {isOpen && <div className="accordion-body">{children}</div>}
    </section>
  );
}
