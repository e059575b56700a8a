/** For the visitor without a session: what Tillpost does, and the ways in. */
import type { Mode } from '../../config';
import { NoticeBanner } from '../components/blocks';
import { buttonClass } from '../components/form';
import { Icon, type IconName } from '../components/icon';
import { Plain } from '../layout';
import { usePage } from '../page';
import { KeyForm } from './key-form';

export interface HomePageProps {
  /** Modes whose Stripe App is configured. */
  appModes: readonly Mode[];
  /** Modes that a restricted key may connect. */
  keyModes: readonly Mode[];
  /** Why a key that was sent was refused. */
  keyError?: string;
}

export function HomePage({ appModes, keyModes, keyError }: HomePageProps) {
  const { notice } = usePage();
  return (
    <Plain title="Connect to Stripe">
      <NoticeBanner notice={notice} />
      <div className="home">
        <div>
          <h1>Email that follows what happens in Stripe</h1>
          <p className="lead">
            Tillpost keeps a contact for every Stripe customer, logs every event, and sends the right email when
            something happens: a welcome, a receipt, a reminder when a card fails.
          </p>
          <div className="actions">
            {appModes.map((mode, index) => (
              <a
                key={mode}
                className={`${buttonClass(index === 0 ? 'primary' : 'plain')} button-large`}
                href={`/connect?mode=${mode}`}
              >
                {mode === 'live' ? 'Connect to Stripe' : 'Connect in test mode'}
              </a>
            ))}
          </div>
          <p className="hint">
            {appModes.length > 0 &&
              'Connecting is also how you sign in. You choose afterwards what is synced and sent; nothing is on until you save.'}
          </p>
          {keyModes.length > 0 && (
            <details className="key-form" open={appModes.length === 0 || keyError !== undefined}>
              <summary>Connect with a restricted key</summary>
              <KeyForm modes={keyModes} error={keyError} />
            </details>
          )}
        </div>
        <div className="home-card">
          <ol className="path">
            <Step icon="bolt" title="Something happens in Stripe">
              A customer signs up, a trial is about to end, an invoice can’t be collected.
            </Step>
            <Step icon="audience" title="Tillpost knows whose it is">
              The contact is found or created, with name, plan and revenue kept true.
            </Step>
            <Step icon="workflows" title="A workflow starts">
              Wait a day, branch on the plan, stop as soon as the invoice is paid.
            </Step>
            <Step icon="emails" title="One email goes out, once">
              With the amount, the date and the link from the event. The log shows why it was sent, or why not.
            </Step>
          </ol>
        </div>
      </div>
    </Plain>
  );
}

const Step = ({ icon, title, children }: { icon: IconName; title: string; children: string }) => (
  <li>
    <span className="path-icon">
      <Icon name={icon} />
    </span>
    <h2>{title}</h2>
    <p>{children}</p>
  </li>
);
