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
  /** Of the form, where its route reads no other. */
  encType?: 'multipart/form-data';
  ways: Pick<HomePageProps, 'appModes' | 'keyModes'>;
}

export function HeldFormPage(props: HeldFormProps) {
  const { viewer } = usePage();
  return viewer ? <SignedIn {...props} viewer={viewer} /> : <SignedOut {...props} />;
}

/** Instead of it where a file was chosen, which a page can't hold. */
export function HeldFilePage({ ways }: Pick<HeldFormProps, 'ways'>) {
  const { viewer, address } = usePage();
  const back = address ?? '/';
  if (!viewer)
    return (
      <Plain title="You are signed out">
        <div className="narrow">
          <h1>You are signed out</h1>
          <p className="lead">
            Nothing was sent, and a file can’t be kept here. Sign in in a new tab, or open the app in the Stripe
            Dashboard, then go back to the form and choose the file again.
          </p>
          <WaysIn {...ways} />
          <div className="actions">
            <LinkButton href={back}>I have signed in: go back to the form</LinkButton>
          </div>
        </div>
      </Plain>
    );
  return (
    <Shell title="Choose the file again" section={null}>
      <div className="narrow">
        <h1>Choose the file again</h1>
        <p className="lead">
          {SINCE}, so the file has not been sent, and it can’t be kept here. <OnScreen viewer={viewer} />
        </p>
        <div className="actions">
          <LinkButton href={back} tone="primary">
            Go back to the form
          </LinkButton>
        </div>
      </div>
    </Shell>
  );
}

const SINCE = 'You have signed in or switched accounts since you opened the form’s page';

const OnScreen = ({ viewer: { accountName, tenant } }: { viewer: Viewer }) => (
  <>
    It is for <strong>{accountName ?? tenant.accountId}</strong> in <strong>{modeOf(tenant)} mode</strong>, which is on
    screen now. If it belongs to another, switch in a new tab first.
  </>
);

const SignedIn = ({ viewer, ...form }: HeldFormProps & { viewer: Viewer }) => (
  <Shell title="Send the form now?" section={null}>
    <div className="narrow">
      <h1>Send the form now?</h1>
      <p className="lead">
        {SINCE}, so it has not been sent. <OnScreen viewer={viewer} />
      </p>
      <Held {...form} label="Send it" />
    </div>
  </Shell>
);

const SignedOut = ({ ways, ...form }: HeldFormProps) => (
  <Plain title="You are signed out">
    <div className="narrow">
      <h1>You are signed out</h1>
      <p className="lead">
        Nothing was saved yet, and nothing is lost: this page holds what you sent. Sign in in a new tab, or open the app
        in the Stripe Dashboard, then come back here and go on.
      </p>
      <WaysIn {...ways} />
      <Held {...form} label="I have signed in: go on" />
    </div>
  </Plain>
);

const WaysIn = ({ appModes, keyModes }: HeldFormProps['ways']) => (
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
);

function Held({ action, fields, encType, label }: Omit<HeldFormProps, 'ways'> & { label: string }) {
  const { viewer, address } = usePage();
  const typed = fields.filter(([, value]) => isTyped(value));
  return (
    <PostForm action={action} encType={encType} className="held-form" id="held-form">
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
