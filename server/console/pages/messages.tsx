/** Pages that say one thing and offer the next step. */
import type { ReactNode } from 'react';
import { buttonClass, PostForm } from '../components/form';
import { Plain } from '../layout';

export interface NextStep {
  label: string;
  href: string;
}

export const Problem = ({ title, message, next }: { title: string; message: ReactNode; next: readonly NextStep[] }) => (
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

/** The Dashboard's one-time link: used up by the button, not by looking at it. */
export const ConfirmOpen = ({ action, accountName }: { action: string; accountName: string }) => (
  <Plain title="Open the console" hasHomeLink={false}>
    <div className="narrow">
      <h1>Open the console for {accountName}</h1>
      <p className="lead">You come from the Stripe Dashboard. This link works once.</p>
      <PostForm action={action}>
        <button className={buttonClass('primary')} autoFocus>
          Open the console
        </button>
      </PostForm>
      <p className="hint">
        Disconnecting, importing and deleting data need a sign-in with Connect to Stripe, not this link.
      </p>
    </div>
  </Plain>
);
