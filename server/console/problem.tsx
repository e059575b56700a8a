/** The page that says what went wrong and offers the next step. */
import type { ReactNode } from 'react';
import type { NextStep } from '../installs/problems';
import { buttonClass } from './components/form';
import { Plain } from './layout';

export const ProblemPage = ({
  title,
  message,
  next,
}: {
  title: string;
  message: ReactNode;
  next: readonly NextStep[];
}) => (
  <Plain title={title} hasHomeLink={next.length > 0}>
    <div className="narrow">
      <h1>{title}</h1>
      <p className="lead">{message}</p>
      <div className="actions">
        {next.map(({ label, href }, index) => (
          <a key={`${href} ${label}`} className={buttonClass(index === 0 ? 'primary' : 'plain')} href={href}>
            {label}
          </a>
        ))}
      </div>
    </div>
  </Plain>
);
