import type { MouseEvent, ReactNode } from 'react';
import { useOpenInDashboard } from '../open-in-dashboard';

interface Pressable {
  children: ReactNode;
  disabled?: boolean;
  href?: string;
  target?: string;
  onPress?: (event: { type: 'press' }) => void;
}

export function Button({
  type = 'secondary',
  size = 'medium',
  pending = false,
  disabled,
  children,
  ...press
}: Pressable & { type?: string; size?: string; pending?: boolean }) {
  const className = `button button-${type} button-${size}`;
  return (
    <Press {...press} className={className} disabled={disabled || pending} busy={pending}>
      {pending && <span className="spinner spinner-small" />}
      {children}
    </Press>
  );
}

export function Link({ external, children, ...press }: Pressable & { external?: boolean }) {
  return (
    <Press {...press} className="link">
      {children}
      {external && <span aria-hidden> ↗</span>}
    </Press>
  );
}

export const ButtonGroup = ({ children }: { children: ReactNode }) => <div className="button-group">{children}</div>;

function Press({
  className,
  busy,
  disabled,
  href,
  target,
  onPress,
  children,
}: Pressable & { className: string; busy?: boolean }) {
  const openInDashboard = useOpenInDashboard();
  const press = (event: MouseEvent) => {
    if (href && openInDashboard(href)) event.preventDefault();
    onPress?.({ type: 'press' });
  };
  return href && !disabled ? (
    <a className={className} href={href} target={target} rel="noreferrer" onClick={press}>
      {children}
    </a>
  ) : (
    <button type="button" className={className} disabled={disabled} aria-busy={busy} onClick={press}>
      {children}
    </button>
  );
}
