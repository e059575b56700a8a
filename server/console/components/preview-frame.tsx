import type { ReactNode } from 'react';
import { buttonClass } from './form';

interface PreviewFrameProps {
  /** Unique on the page. */
  name: string;
  /** Takes the form it stands in. */
  action: string;
  title?: string;
  /** Shown before anything is typed. */
  src?: string;
  /** What the form says as `preview` when it asks. */
  place?: string;
  /** Beside the button. */
  bar: ReactNode;
  children?: ReactNode;
}

/** An email, redrawn by what is typed; without script, by its button. */
export const PreviewFrame = ({
  name,
  action,
  title = 'Preview of the email',
  src,
  place,
  bar,
  children,
}: PreviewFrameProps) => (
  <div className="preview">
    <div className="preview-bar">
      {bar}
      <button
        className={buttonClass('quiet')}
        name={place === undefined ? undefined : 'preview'}
        value={place}
        formAction={action}
        formTarget={name}
        formNoValidate
        data-preview=""
      >
        Refresh
      </button>
    </div>
    <div className="preview-frame">
      <p className="preview-waits" aria-hidden="true">
        Loading…
      </p>
      <iframe name={name} title={title} src={src} sandbox="" data-empty={src === undefined ? '' : undefined} />
    </div>
    {children}
  </div>
);
