/** The Dashboard's one-time link: used up by the button, not by looking at it. */
import { buttonClass, PostForm } from '../components/form';
import { Plain } from '../layout';

export const ConfirmOpenPage = ({ action, accountName }: { action: string; accountName: string }) => (
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
        Disconnecting, importing, exporting and deleting data need a sign-in with Connect to Stripe, not this link.
      </p>
    </div>
  </Plain>
);
