/** A form that was sent signed out: it waits here until who typed it is signed in again. */
import { modeOf } from '../../db/tenant';
import { LinkButton } from '../components/blocks';
import { buttonClass, PostForm } from '../components/form';
import { Plain, Shell } from '../layout';
import { usePage, type Viewer } from '../page';
import type { HomePageProps } from './home';

/** Names and values as they were sent, names more than once where several boxes were checked. */
export type HeldFields = readonly (readonly [name: string, value: string])[];

interface HeldFormProps {
  /** Where it is sent to: a path of ours. */
  action: string;
  fields: HeldFields;
  ways: Pick<HomePageProps, 'appModes' | 'keyModes'>;
}

export function HeldFormPage(props: HeldFormProps) {
  const { viewer } = usePage();
  return viewer ? <SignedIn {...props} viewer={viewer} /> : <SignedOut {...props} />;
}

const SignedIn = ({ viewer, ...form }: HeldFormProps & { viewer: Viewer }) => (
  <Shell title="Send the form now?" section={null}>
    <div className="narrow">
      <h1>Send the form now?</h1>
      <p className="lead">
        You have signed in or switched accounts since you opened its page, so it has not been sent. It is for{' '}
        <strong>{viewer.accountName ?? viewer.tenant.accountId}</strong> in{' '}
        <strong>{modeOf(viewer.tenant)} mode</strong>, which is on screen now. If it belongs to another, switch in a new
        tab first.
      </p>
      <Held {...form} label="Send it" />
    </div>
  </Shell>
);

const SignedOut = ({ ways: { appModes, keyModes }, ...form }: HeldFormProps) => (
  <Plain title="You are signed out">
    <div className="narrow">
      <h1>You are signed out</h1>
      <p className="lead">
        Nothing was saved yet, and nothing is lost: this page holds what you sent. Sign in in a new tab, or open the app
        in the Stripe Dashboard, then come back here and go on.
      </p>
      <div className="actions">
        {appModes.map((mode) => (
          <a key={mode} className={buttonClass('primary')} href={`/connect?mode=${mode}`} target="_blank">
            Sign in in {mode} mode
          </a>
        ))}
        {keyModes.length > 0 && (
          <a className={buttonClass(appModes.length === 0 ? 'primary' : 'plain')} href="/" target="_blank">
            Sign in with a restricted key
          </a>
        )}
      </div>
      <Held {...form} label="I have signed in: go on" />
    </div>
  </Plain>
);

function Held({ action, fields, label }: Pick<HeldFormProps, 'action' | 'fields'> & { label: string }) {
  const { viewer, address } = usePage();
  const typed = fields.filter(([, value]) => isTyped(value));
  return (
    <PostForm action={action} className="held-form" id="held-form">
      {fields.map(([name, value], index) => (
        <input key={index} type="hidden" name={name} value={value} />
      ))}
      <div className="actions">
        <button className={buttonClass(viewer ? 'primary' : 'plain')}>{label}</button>
        {viewer && <LinkButton href={address ?? '/events'}>Discard it</LinkButton>}
      </div>
      {typed.length > 0 && (
        <details>
          <summary>What you typed</summary>
          {typed.map(([name, value]) => (
            <pre key={name} className="held-text">
              {value}
            </pre>
          ))}
        </details>
      )}
    </PostForm>
  );
}

/** Of what a form holds, words: not choices, ids or what the page remembers for itself. */
const isTyped = (value: string) => /\S\s+\S/.test(value) && !/^[[{]/.test(value);
