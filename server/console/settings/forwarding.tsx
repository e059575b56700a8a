/** Settings → Forwarding: contacts and events go on to Loops, for who keeps their mail tool. */
import { FORWARDING_STATUS_WORDS, FORWARDING_WORDS as WORDS } from '../../../shared/words/forwarding';
import type { Settings } from '../../../shared/settings';
import { eventsOf, type Forwarding } from '../../forwarding/forwarding-settings';
import { Badge } from '../components/badge';
import { Banner, Card, Section } from '../components/blocks';
import { Confirm, PostForm, SaveOnEnter, TextField, Check, FieldError, buttonClass } from '../components/form';
import { refreshes } from '../components/refreshes';
import { Time } from '../components/values';
import { useViewer } from '../page';
import { Everyone } from './forward-everyone';
import { ForwardedEvents } from './forwarded-events';
import { ForwardLog, type ForwardLogProps } from './forward-log';
import { SettingsShell } from './sections';

export const FORWARDING_PATH = '/settings/forwarding';

/** What the form shows: as it is kept, or as it was sent and refused. */
export interface ForwardingDraft {
  contacts: boolean;
  events: readonly string[];
  isOn: boolean;
  /** What is wrong, by field. */
  errors: Readonly<Partial<Record<'key' | 'contacts', string>>>;
}

interface ForwardingPageProps {
  forwarding: Forwarding | undefined;
  draft: ForwardingDraft;
  settings: Settings;
  log: ForwardLogProps;
  /** The address that stands in the place of Loops. */
  target?: string | undefined;
}

/** Nothing is chosen beforehand but contacts. */
export const draftOf = (forwarding: Forwarding | undefined): ForwardingDraft => ({
  contacts: forwarding ? forwarding.contacts === 1 : true,
  events: forwarding ? eventsOf(forwarding) : [],
  isOn: forwarding ? forwarding.status !== 'off' : true,
  errors: {},
});

export function ForwardingPage({ forwarding, draft, settings, log, target }: ForwardingPageProps) {
  const { isLimited, status, tenant } = useViewer();
  return (
    <SettingsShell
      page="forwarding"
      lead={WORDS.lead}
      badge={
        forwarding && (
          <span id="forwarding-badge">
            <Badge {...FORWARDING_STATUS_WORDS[forwarding.status]} />
          </span>
        )
      }
    >
      {forwarding && <State {...forwarding} />}
      {target && <Banner tone="info">{WORDS.elsewhere(target)}</Banner>}
      {!tenant.livemode && <p className="hint">{WORDS.testMode}</p>}
      {isLimited || status === 'removed' ? (
        <p className="hint section">{WORDS.limited}</p>
      ) : (
        <ForwardingForm forwarding={forwarding} draft={draft} settings={settings} />
      )}
      {forwarding && <Everyone forwarding={forwarding} isLimited={isLimited} />}
      {forwarding && (
        <ForwardLog
          {...log}
          isLimited={isLimited}
          isOn={forwarding.status === 'on'}
          waitsForKey={forwarding.status === 'checking' || forwarding.status === 'refused'}
        />
      )}
      {forwarding && !isLimited && <Removal />}
    </SettingsShell>
  );
}

function State({ status, outcome, claims, due_at }: Forwarding) {
  switch (status) {
    case 'refused':
      return (
        <div id="forwarding-state">
          <Banner tone="bad" title={outcome ?? WORDS.refused}>
            {WORDS.refusedNext}
          </Banner>
        </div>
      );
    case 'checking':
      return (
        <div
          id="forwarding-state"
          {...refreshes({ id: 'forwarding-state', url: FORWARDING_PATH, seconds: outcome ? 5 : 1 })}
          hx-select-oob="#forwarding-badge,#key-hint,#everyone"
        >
          {outcome ? (
            <Banner tone="warn" title={WORDS.notChecked}>
              {outcome}.{' '}
              {claims === 0 && due_at !== null && (
                <>
                  {WORDS.nextTry} <Time at={due_at} as="seconds" />.
                </>
              )}
            </Banner>
          ) : (
            <Banner tone="info" title={WORDS.checking}>
              {WORDS.checkingNext}
            </Banner>
          )}
        </div>
      );
    default:
      // What refreshed itself finds its element again.
      return <div id="forwarding-state" hidden />;
  }
}

function ForwardingForm({
  forwarding,
  draft,
  settings,
}: Pick<ForwardingPageProps, 'forwarding' | 'draft' | 'settings'>) {
  const { errors } = draft;
  return (
    <PostForm action={FORWARDING_PATH} className="section stack" id="forwarding-form">
      <SaveOnEnter />
      <Card className="stack">
        <Check name="on" isOn={draft.isOn}>
          {WORDS.isOn}
        </Check>
        <TextField
          id="key"
          name="key"
          type="password"
          label={WORDS.key}
          hint={forwarding ? WORDS.keyKept(forwarding.key_hint, forwarding.team_name) : WORDS.keyWhere}
          error={errors.key}
          autoComplete="off"
          spellCheck={false}
          required={!forwarding}
        />
      </Card>
      <Card>
        <fieldset className="choices">
          <legend>{WORDS.what}</legend>
          <Check name="contacts" id="contacts" isOn={draft.contacts} aria-describedby="contacts-hint contacts-error">
            {WORDS.contacts}
          </Check>
          <p className="hint" id="contacts-hint">
            {WORDS.contactsHint}
          </p>
          <FieldError id="contacts" error={errors.contacts} />
        </fieldset>
      </Card>
      <ForwardedEvents chosen={draft.events} settings={settings} />
      <div>
        <button className={buttonClass('primary')}>{WORDS.save}</button>
      </div>
    </PostForm>
  );
}

const Removal = () => (
  <Section title={WORDS.remove} lead={WORDS.removeLead}>
    <Confirm
      label={WORDS.removeAsk}
      action={`${FORWARDING_PATH}/remove`}
      confirm={WORDS.removeDo}
      words={WORDS.removeWords}
    />
  </Section>
);
