/** The page that says what went wrong and offers the next step. */
import type { ReactNode } from 'react';
import type { NextStep } from '../installs/problems';
import { LinkButton } from './components/blocks';
import { Plain, Shell } from './layout';
import { usePage } from './page';

interface ProblemProps {
  title: string;
  message: ReactNode;
  next: readonly NextStep[];
}

/** Within the console for those who are signed in. */
export function ProblemPage(problem: ProblemProps) {
  const { title, next } = problem;
  if (usePage().viewer)
    return (
      <Shell title={title} section={null}>
        <Problem {...problem} />
      </Shell>
    );
  return (
    <Plain title={title} hasHomeLink={next.length > 0}>
      <Problem {...problem} />
    </Plain>
  );
}

const Problem = ({ title, message, next }: ProblemProps) => (
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
);
