/** A choice as one line, which opens to be changed: a page of settings shows what is chosen before how. */
import type { ReactNode } from 'react';
import { Icon } from '../components/icon';

interface FoldProps {
  id?: string;
  name: string;
  /** What is chosen, in words. */
  chosen: string;
  /** Something in it is wrong, or was changed and isn't saved. */
  isOpen?: boolean;
  children: ReactNode;
}

export const Folds = ({ children }: { children: ReactNode }) => <div className="folds">{children}</div>;

export const Fold = ({ id, name, chosen, isOpen = false, children }: FoldProps) => (
  <details className="fold" id={id} open={isOpen}>
    <summary>
      <Icon name="chevron" className="fold-chevron" />
      <span className="fold-name">{name}</span>
      <span className="hint">{chosen}</span>
    </summary>
    <div className="fold-body">{children}</div>
  </details>
);
