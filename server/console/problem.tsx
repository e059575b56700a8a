/** The page that says what went wrong and offers the next step. */
import type { ReactNode } from 'react';
import type { NextStep } from '../installs/problems';
import { LinkButton } from './components/blocks';
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
          <LinkButton key={`${href} ${label}`} href={href} tone={index === 0 ? 'primary' : 'plain'}>
            {label}
          </LinkButton>
        ))}
      </div>
    </div>
  </Plain>
);
